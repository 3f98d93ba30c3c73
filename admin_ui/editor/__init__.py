"""Rules as sentences whose words can be chosen. The document is the truth: lines are drawn from it, edits change it."""
