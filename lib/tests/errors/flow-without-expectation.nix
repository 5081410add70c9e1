{ flows.home = [ { goto = "/"; } { click = { role = "link"; text = "x"; }; } ]; }
