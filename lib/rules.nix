# What a well-typed recipe must still promise: its lists prove something, and every template is known.
#
# rules : [ names of the recipes beside it ] -> its name -> filled recipe -> [ { path; text; } ]
let
  inherit (builtins) attrNames any concatLists concatStringsSep elem elemAt filter genList hasAttr head isAttrs isList isString length map match replaceStrings split;
  t = import ./types.nix;
  nearest = import ./nearest.nix;

  builtin = [ "domain" "base" "stack" "recipe" "run" ];
  problem = path: text: [ { inherit path text; } ];
  need = kept: path: text: if kept then [ ] else problem path text;
  each = f: list: concatLists (genList (i: f i (elemAt list i)) (length list));

  # Fields that hold names or a grammar of their own, in which `${` has no meaning.
  literal = [ "as" "allow" "method" "service" ];

  # Every string below value, with its place.
  strings = path: value:
    if isString value then [ { inherit path value; } ]
    else if isList value then each (i: strings (t.at path i)) value
    else if isAttrs value then
      concatLists (map (key: strings (t.join path key) value.${key})
        (filter (key: !elem key literal && !(key == "save" && !(value.save ? as))) (attrNames value)))
    else [ ];

  # The templates of a text: [ [ name ] ]; `$${` is a literal `${`.
  templates = text: filter isList (split "[$][{]([^}]*)}?" (replaceStrings [ "$\${" ] [ "" ] text));

  unknown = known: { path, value }:
    concatLists (map
      (found:
        let
          name = head found;
          near = nearest name known;
        in
        if elem name known || match "secret:[A-Za-z_][A-Za-z0-9_-]*" name != null then [ ]
        else problem path ("`\${${name}}` is never saved before this step; "
          + (if near == null then "known here: ${concatStringsSep ", " known} (a literal `\${` is written `$\${`)" else "did you mean `\${${near}}`?")))
      (templates value));

  texts = known: path: value: concatLists (map (unknown known) (strings path value));

  savedByBrowser = steps: concatLists (map (s: if s ? save then [ s.save.as ] else [ ]) steps);
  saved = step:
    if step ? save then [ step.save.as ]
    else if step ? browser then savedByBrowser step.browser
    else attrNames (step.http.save or step.exec.save or { });

  # Checks browser steps in order; each knows what those before it saved.
  inOrder = known: path: steps: each
    (i: step: texts (known ++ savedByBrowser (genList (elemAt steps) i)) (t.at path i) step)
    steps;

  list = known: path: steps:
    each
      (i: step:
        let
          sofar = known ++ concatLists (map saved (genList (elemAt steps) i));
          at = t.at path i;
        in
        texts sofar at (removeAttrs step [ "browser" ])
        ++ inOrder sofar "${at}.browser" (step.browser or [ ]))
      steps;

  browserExpects = step: !(step.optional or false)
    && any (verb: hasAttr verb step) [ "expectText" "expectURL" "expectTitle" "expectNoConsoleErrors" "eval" "download" "wait" ];
  expects = step:
    if step ? browser then any browserExpects step.browser
    else if step ? file then step.file ? expect || step.file ? absent
    else (step ? http && (step.http.expect or { }) != { }) || (step.exec or { }) ? expect;

  mute = path: i: step:
    let
      at = t.at path i;
      verb = head (filter (v: v != "timeout" && v != "within") (attrNames step));
    in
    if step ? save || expects step || (step.${verb}.save or { }) != { } then [ ]
    else if step ? browser then problem "${at}.browser" "expected at least one expectation, found none"
    else problem "${at}.${verb}.expect" "expected an expectation or a save, found neither";

  nothing = path: what: found: need (found != [ ]) path "expected at least one step, found none: ${what}";
  proof = path: what: found: need found path
    "expected at least one expectation, found none: a ${what} that expects nothing proves nothing";

  # What templates know of each dependency: where it is, and what its setup saved.
  facts = [ "domain" "base" "stack" ];
  ofNeeds = needs: concatLists (map
    (name: map (fact: "${name}.${fact}") (facts ++ concatLists (map saved needs.${name}.setup)))
    (attrNames needs));

  need' = others: self: name: { recipe, env, setup }:
    let
      path = "needs.${name}";
      known = builtin ++ map (fact: "${name}.${fact}") facts;
      near = nearest recipe others;
      taken = filter (fact: elem fact (concatLists (map saved setup))) facts;
    in
    need (match "[A-Za-z_][A-Za-z0-9_-]*" name != null) path "expected a name of letters, digits, dashes and underscores"
    ++ need (recipe != self) "${path}.recipe" "expected another recipe, found this one"
    ++ need (elem recipe others) "${path}.recipe" ("expected a recipe beside this one, found `${recipe}`; "
    + (if others == [ ] then "there is none" else if near != null then "did you mean `${near}`?" else "there are: ${concatStringsSep ", " others}"))
    ++ map (fact: { path = "${path}.setup"; text = "expected a name of its own to save, found `${fact}`, which every dependency has"; }) taken
    ++ variables "${path}.env" env
    ++ texts known "${path}.env" env
    ++ list known "${path}.setup" setup
    ++ secretsInArgv "${path}.setup" setup
    ++ fileStep "${path}.setup" setup;

  # What is inserted as a secret is one: it stands in no env file and in no command line.
  sealed = recipe:
    let
      values = filter (v: v != null) (map (name: recipe.secrets.${name}.value or null) (attrNames recipe.secrets));
      names = concatLists (map (v: map head (templates v)) values);
      named = text: filter (name: elem name names) (map head (templates text));
      refuse = path: text: concatLists (map
        (name: problem path "expected no secret here, found `\${${name}}`, which `secrets` inserts: the app gets it as that secret")
        (named text));
      lists = [ { path = "setup"; steps = recipe.setup; } ]
        ++ map (name: { path = "state.${name}"; steps = recipe.state.${name}; }) [ "write" "verify" "change" ];
      words = { path, steps }: each (i: step: each (j: word: refuse "${t.at path i}.exec.command[${toString j}]" word) (step.exec.command or [ ])) steps;
    in
    concatLists (map (key: refuse "env.${key}" recipe.env.${key}) (attrNames recipe.env))
    ++ concatLists (map words lists);

  # The three lists: all or none of them, and each promises what the others rely on.
  state = builtin: { write, verify, change }: backup:
    let
      known = builtin ++ concatLists (map saved write);
    in
    if write ++ verify ++ change == [ ] then [ ]
    else
      nothing "state.write" "`verify` and `change` need something that was written" write
      ++ nothing "state.verify" "say how to see what `state.write` wrote" verify
      ++ (if backup.notApplicable != "" then [ ]
      else nothing "state.change" "a restore is only seen after a change (or say why in `backup.notApplicable`)" change)
      ++ list builtin "state.write" write
      ++ list known "state.verify" verify
      ++ list known "state.change" change
      ++ each (mute "state.verify") verify
      ++ (if verify == [ ] then [ ] else proof "state.verify" "list" (any expects verify));

  flow = builtin: name: steps:
    let
      path = "flows.${name}";
    in
    inOrder builtin path steps
    ++ need (match "[A-Za-z0-9][A-Za-z0-9._-]*" name != null) path "expected a name of letters, digits, dots and dashes"
    ++ proof path "flow" (any browserExpects steps);

  # A file step says one thing.
  fileStep = path: each (i: step:
    let
      said = filter (key: hasAttr key (step.file or { })) [ "write" "expect" "absent" ];
    in
    need (!(step ? file) || length said == 1) "${t.at path i}.file"
      "expected one of `write`, `expect`, `absent`, found ${if said == [ ] then "none" else concatStringsSep ", " (map (key: "`${key}`") said)}");

  # What abra gives a meaning of its own is the driver's (P5): IsDriverKey in go/internal/recipe/env.go lists the same.
  driverKeys = {
    STACK_NAME = ""; TYPE = ""; RECIPE = ""; LETS_ENCRYPT_ENV = "";
    DOMAIN = "; further hosts stand in `hosts`";
    COMPOSE_FILE = "; compose files stand in `compose`";
  };
  variables = path: env: concatLists (map
    (key:
      need (match "[A-Za-z_][A-Za-z0-9_]*" key != null) (t.join path key) "expected a variable's name of letters, digits and underscores"
      ++ need (!hasAttr key driverKeys && match ".*_CMDS" key == null) (t.join path key)
        "expected a variable of the recipe's own, found one that the driver sets${driverKeys.${key} or ""}")
    (attrNames env));

  # A command line is seen by every process of the host.
  secretsInArgv = path: each (i: step: each
    (j: word: need (length (split "[$][{]secret:" word) == 1) "${t.at path i}.exec.command[${toString j}]"
      "expected no secret in a command line, found one: give it by `stdin` or `env`")
    (step.exec.command or [ ]));
in
others: self: recipe:
let
  known = builtin ++ ofNeeds recipe.needs;
in
state known recipe.state recipe.backup
++ concatLists (map (name: secretsInArgv "state.${name}" recipe.state.${name} ++ fileStep "state.${name}" recipe.state.${name}) [ "write" "verify" "change" ])
++ secretsInArgv "setup" recipe.setup
++ fileStep "setup" recipe.setup
++ list known "setup" recipe.setup
++ concatLists (map (name: flow known name recipe.flows.${name}) (attrNames recipe.flows))
++ concatLists (map (name: need' others self name recipe.needs.${name}) (attrNames recipe.needs))
++ variables "env" recipe.env
++ texts known "env" recipe.env
++ texts (ofNeeds recipe.needs) "secrets" recipe.secrets
++ sealed recipe
++ texts builtin "hosts" recipe.hosts
++ texts builtin "ready.also" recipe.ready.also
++ need (!elem 404 recipe.ready.status) "ready.status"
  "expected statuses that only the app gives, found 404: the router answers so for an app that isn't there"
++ need (recipe.upgrade.from != [ ] || recipe.upgrade.notApplicable != "") "upgrade.from"
  "expected at least one starting version, found none (or say why in `upgrade.notApplicable`)"
++ need (recipe.backup.restore != [ ] || recipe.backup.notApplicable != "") "backup.restore"
  "expected at least one way to restore, found none (or say why in `backup.notApplicable`)"
