# Synapse behind nginx, with Postgres. Two people meet in a room: its topic lies in the database, its
# picture in the media store.
let
  password = "ci-\${run}";
  api = "/_matrix/client/v3";
  json = { Content-Type = "application/json"; };
  signed = json // { Authorization = "Bearer \${token}"; };

  # As docs of Synapse tell an operator to make an account. The secret for it is in its own settings.
  account = name: {
    exec = {
      command = [
        # The script has another name in each distribution; its module has not.
        "python3"
        "-m"
        "synapse._scripts.register_new_matrix_user"
        "--config"
        "/data/homeserver.yaml" # unconfirmed: the path in the recipe
        "--user"
        name
        "--password"
        password
        "--no-admin"
        "http://localhost:8008"
      ];
      expect.stdout = "Success";
    };
    timeout = "1m";
  };
  login = name: {
    http = {
      method = "POST";
      path = "${api}/login";
      headers = json;
      body = builtins.toJSON {
        type = "m.login.password";
        identifier = { type = "m.id.user"; user = name; };
        inherit password;
      };
      expect.status = 200;
      save.token = "json:access_token";
    };
  };
  topic = text: {
    http = {
      method = "PUT";
      path = "${api}/rooms/\${room}/state/m.room.topic";
      headers = signed;
      body = builtins.toJSON { topic = text; };
      expect.status = 200;
    };
  };
in
{
  description = "A Matrix home server";
  category = "multi-service";

  ready = { path = "/_matrix/client/versions"; status = [ 200 ]; timeout = "10m"; };
  env.SERVER_NAME = "\${domain}"; # unconfirmed: the variable's name

  setup = [ (account "alice") (account "bob") ];

  # One login for all three lists: Synapse lets a person have five, and then one in five minutes.
  state.write = [
    (login "alice")
    {
      http = {
        method = "POST";
        path = "${api}/createRoom";
        headers = signed;
        body = builtins.toJSON { preset = "private_chat"; invite = [ "@bob:\${domain}" ]; };
        expect.status = 200;
        save.room = "json:room_id";
      };
    }
    (topic "kept")
    {
      http = {
        method = "POST";
        path = "/_matrix/media/v3/upload?filename=kept.txt";
        headers = { Authorization = "Bearer \${token}"; Content-Type = "text/plain"; };
        body = "a kept picture";
        expect.status = 200;
        save.media = "regex:mxc://[^/]+/([A-Za-z0-9]+)";
      };
    }
  ];
  # A restore that makes the database anew ends Synapse's connections to it, and each of them answers one
  # more request with 500 before there is another.
  state.verify = map (step: step // { within = "20s"; }) [
    { http = { path = "${api}/rooms/\${room}/state/m.room.topic"; headers = signed; expect = { status = 200; json.topic = "kept"; }; }; }
    { http = { path = "/_matrix/client/v1/media/download/\${domain}/\${media}"; headers = signed; expect.equals = "a kept picture"; }; }
  ];
  state.change = [
    (topic "lost")
    { exec.command = [ "rm" "-r" "/data/media_store/local_content" ]; } # unconfirmed: the media store's path in the recipe
  ];

  # Into a fresh deployment as well, once somebody restarts Synapse after it: until then it remembers that it
  # did not know the token, and a person may not log in often enough to ask for another.
  backup.restore = [ "in-place" ];

  # Synapse has no pages but this one: people come with a client of their own.
  flows.welcome = [
    { goto = "/_matrix/static/"; }
    { expectText.text = "Synapse is running"; }
    { expectNoConsoleErrors.allow = [ "favicon" ]; }
  ];

  limits = { deploy = "15m"; run = "1h"; };
}
