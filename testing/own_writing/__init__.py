"""Own-language writing: a few sentences that show whether somebody writes at all."""
