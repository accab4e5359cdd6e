"""Re-scoring: old answers with today's keys, parameters, cuts and rules; a person decides each."""
