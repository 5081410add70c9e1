{ healthcheck = true; }
