"""What survives kill -9: the real server, its embedded Postgres, a model and a tool in processes of their own."""
