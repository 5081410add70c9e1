# cryptpad: services app (cryptpad/cryptpad:2024.12.0); volumes blob, data
# A draft by `cc-ci recipe new`, made from the recipe's compose files. Lines with "guess" want a look.
{
  description = "The cryptpad recipe"; # guess: say what the app is
  category = "stateful"; # guess

  # A page that answers only when the app works. This one is a guess.
  ready.path = "/";

  # The routers answer to these too; the CI's certificate covers one label below its domain.
  hosts = [ "sandbox-\${domain}" ]; # guess
  env.SANDBOX_DOMAIN = "sandbox-\${domain}"; # guess

  env.ADMIN_MAIL = ""; # guess: it has no default

  # Inserted by hand (generate=false): the driver makes a value of this form.
  secrets.key = { kind = "alphanumeric"; length = 64; }; # guess

  # How to write the app's data, see that it is there, and change it. Without these three a generic
  # marker follows the backup labels.
  # state.write = [ { exec = { service = "app"; command = [ "sh" "-c" "printf kept > /cryptpad/data/cc-ci.txt" ]; }; } ];
  # state.verify = [ { exec = { service = "app"; command = [ "cat" "/cryptpad/data/cc-ci.txt" ]; expect.equals = "kept"; }; } ];
  # state.change = [ { exec = { service = "app"; command = [ "sh" "-c" "printf lost > /cryptpad/data/cc-ci.txt" ]; }; } ];

  # What a person does, in a browser. Record it with Chrome's recorder and `cc-ci flow import`, or begin here:
  # flows.home = [ { goto = "/"; } { expectText.text = "what a visitor must see"; } { expectNoConsoleErrors = { }; } ];
}
