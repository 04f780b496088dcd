"""Policy files read, checked, held to their cases, explained and kept."""
