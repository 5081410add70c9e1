# CryptPad: everything that it keeps is encrypted in the browser, so that a pad is read where it is
# written. It insists on a second host, from which its frames come.
let
  # unconfirmed: where the volume cryptpad_data lies in the container
  folder = "/cryptpad/data";
  write = text: { exec.command = [ "sh" "-c" "printf %s \"$1\" > ${folder}/cc-ci.txt" "sh" text ]; };

  # The editor lives in a frame of the second host.
  frame = "#sbox-iframe";
in
{
  description = "Documents that the server can't read";
  category = "stateful";

  hosts = [ "sandbox-\${domain}" ];
  env.SANDBOX_DOMAIN = "sandbox-\${domain}";

  ready = {
    path = "/";
    status = [ 200 ];
    also = [ "https://sandbox-\${domain}/" ];
    timeout = "5m";
  };

  # No request of ours can read what is stored: a file beside it says whether the volume survives.
  state.write = [ (write "kept") ];
  state.verify = [ { exec = { command = [ "cat" "${folder}/cc-ci.txt" ]; expect.equals = "kept"; }; } ];
  state.change = [ (write "lost") ];

  flows.write-a-pad = [
    { goto = "/code/"; }
    # Shown before the first pad; unconfirmed for versions after 5.
    { click = "#cp-creation-form button"; inherit frame; timeout = "60s"; optional = true; }
    { click = ".CodeMirror"; inherit frame; timeout = "60s"; }
    { type = { at = ".CodeMirror textarea"; value = "Milk and bread"; }; inherit frame; timeout = "60s"; }
    { expectText = { at = ".CodeMirror-code"; text = "Milk and bread"; }; inherit frame; }
    { expectText = { at = ".cp-toolbar-spinner"; text = "Saved"; }; inherit frame; timeout = "60s"; }
    { expectURL = "**/code/**"; }
    # The key is the part of the address behind "#".
    { save.as = "pad"; }
    { goto = "/"; }
    { goto = "\${pad}"; }
    { expectText = { at = ".CodeMirror-code"; text = "Milk and bread"; }; inherit frame; timeout = "60s"; }
  ];

  limits.step = "1m";
}
