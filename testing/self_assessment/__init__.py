"""Self-assessment at the kiosk: "I can" statements that move where a part begins, nothing else."""
