"""Who an access record names for what is done at the terminal (命令行操作者)."""

ACTOR = "bihuan audit"
