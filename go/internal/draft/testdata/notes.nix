# notes: services app (registry.example.org/notes:1.4.2), db (postgres:15); volumes postgres, uploads
# A draft by `cc-ci recipe new`, made from the recipe's compose files. Lines with "guess" want a look.
{
  description = "The notes recipe"; # guess: say what the app is
  category = "single-database"; # guess
  source = "https://git.example.org/recipes/notes.git";

  # A page that answers only when the app works. The recipe's health check asks for this one.
  ready.path = "/status";

  # abra makes these secrets; a step says "\${secret:db_password}", "\${secret:session}".

  # How to write the app's data, see that it is there, and change it. Without these three a generic
  # marker follows the backup labels.
  # Write through the app where you can; a table of its own shows that the database survives.
  # state.write = [ { exec = { service = "db"; command = [ "psql" "--username=postgres" "--dbname=postgres" "--set=ON_ERROR_STOP=1" "--tuples-only" "--file=-" ]; stdin = "create table kept as select 'kept' as word"; }; } ];
  # state.verify = [ { exec = { service = "db"; command = [ "psql" "--username=postgres" "--dbname=postgres" "--set=ON_ERROR_STOP=1" "--tuples-only" "--file=-" ]; stdin = "select word from kept"; expect.stdout = "kept"; }; } ];
  # state.change = [ { exec = { service = "db"; command = [ "psql" "--username=postgres" "--dbname=postgres" "--set=ON_ERROR_STOP=1" "--tuples-only" "--file=-" ]; stdin = "update kept set word = 'lost'"; }; } ];

  # What a person does, in a browser. Record it with Chrome's recorder and `cc-ci flow import`, or begin here:
  # flows.home = [ { goto = "/"; } { expectText.text = "what a visitor must see"; } { expectNoConsoleErrors = { }; } ];
}
