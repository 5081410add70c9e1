# A Bluesky personal data server behind a Caddy of its own, which ends TLS: the router passes it through.
# An account would be written for ever into the public directory of identities, so that the test makes
# none; an invite code stands for the server's data.
let
  xrpc = "/xrpc/com.atproto";
  auth = { user = "admin"; password = "\${secret:admin_password}"; };
  json = { Content-Type = "application/json"; };
in
{
  description = "A Bluesky personal data server";
  category = "tls-passthrough";
  tls = "app";

  ready = { path = "/xrpc/_health"; status = [ 200 ]; timeout = "5m"; };

  # unconfirmed: that the other two are made by abra, and this one is not
  secrets.plc_rotation_key = { kind = "hex"; length = 64; };

  state.write = [
    { http = { method = "POST"; path = "${xrpc}.server.createInviteCode"; inherit auth; headers = json; body = builtins.toJSON { useCount = 3; }; expect.status = 200; save.code = "json:code"; }; }
  ];
  state.verify = [
    { http = { path = "${xrpc}.admin.getInviteCodes?sort=recent"; inherit auth; expect = { status = 200; json = { "codes.0.code" = "\${code}"; "codes.0.disabled" = "false"; }; }; }; }
  ];
  state.change = [
    { http = { method = "POST"; path = "${xrpc}.admin.disableInviteCodes"; inherit auth; headers = json; body = builtins.toJSON { codes = [ "\${code}" ]; }; expect.status = 200; }; }
  ];

  # It has one page, for those who come with a browser by mistake.
  flows.welcome = [
    { goto = "/"; }
    { expectText.text = "AT Protocol Personal Data Server"; }
  ];

  upgrade.notApplicable = "0.2.0+v0.4 names an image tag that moved: what it points to now no longer starts";
}
