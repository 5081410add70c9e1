{ ready.pth = "/status"; limits.Deploy = "1m"; }
