# notes: services app (registry.example.org/notes:1.4.2), db (postgres:15); volumes postgres, uploads
# A draft by `cc-ci recipe new`, made from the recipe's compose files. Lines with "guess" want a look.
{
  description = "The notes recipe"; # guess: say what the app is
  category = "single-database"; # guess

  # A page that answers only when the app works. The recipe's health check asks for this one.
  ready.path = "/status";

  # How to write the app's data, see that it is there, and change it. Without these three a generic
  # marker follows the backup labels.
  # state.write = [ { exec = { service = "app"; command = [ "sh" "-c" "printf kept > /var/lib/notes/cc-ci.txt" ]; }; } ];
  # state.verify = [ { exec = { service = "app"; command = [ "cat" "/var/lib/notes/cc-ci.txt" ]; expect.equals = "kept"; }; } ];
  # state.change = [ { exec = { service = "app"; command = [ "sh" "-c" "printf lost > /var/lib/notes/cc-ci.txt" ]; }; } ];
}
