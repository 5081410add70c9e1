# How the recipe `example` is tested: rename the folder to your recipe's name. Every field has a default,
# and cc-ci's docs/reference/recipe.md lists them all. `{ }` is enough for a start.
{
  description = "What the app is, in one line";
  category = "stateful";

  # A page that answers only when the app works, not just its web server.
  ready.path = "/";

  # How to write the app's data, how to see that it is there, and how to change it. Upgrade, backup
  # and restore are derived from these three. Without them a marker follows the backup labels.
  state.write = [ { exec.command = [ "sh" "-c" "printf kept > /data/cc-ci.txt" ]; } ];
  state.verify = [ { exec = { command = [ "cat" "/data/cc-ci.txt" ]; expect.equals = "kept"; }; } ];
  state.change = [ { exec.command = [ "sh" "-c" "printf lost > /data/cc-ci.txt" ]; } ];

  # Walks through the app in a real browser; each must expect something.
  flows.home = [
    { goto = "/"; }
    { expectNoConsoleErrors = { }; }
  ];
}
