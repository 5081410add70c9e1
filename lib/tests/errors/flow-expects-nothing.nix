{ flows.home = [ { goto = "/"; } ]; ready.status = [ 404 ]; upgrade.from = [ ]; backup.restore = [ ]; }
