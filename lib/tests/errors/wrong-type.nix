{ ready = { path = 7; status = 200; timeout = 90; }; env.DEBUG = true; hosts = "a"; category = "statefull"; description = "two\nlines"; }
