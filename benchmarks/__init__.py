"""What a turn costs, against what it would cost without us; README.md says how it is measured."""
