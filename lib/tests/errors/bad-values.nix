{
  upgrade.from = [ "newest" ];
  limits.run = "forever";
  secrets.key = { kind = "hexx"; size = 3; };
  policy.exceptions = [ { rule = "ports"; place = "service app: ports[0]"; } ];
  ready.path = "status";
  state.write = [ { http = { path = "new"; save.note = "head:X"; }; } ];
}
