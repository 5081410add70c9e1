{ reddy.path = "/status"; }
