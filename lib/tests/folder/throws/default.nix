throw "no other recipe may be read"
