# The reference pages, rendered from the schema.
#
#   recipe   docs/reference/recipe.md: every field and step for people
#   schema   docs/reference/plan.schema.json: the plan for other programs, as JSON Schema
let
  inherit (builtins) attrNames concatStringsSep filter isAttrs isBool isInt isList isString map match replaceStrings toJSON;

  t = import ./types.nix;
  steps = import ./steps.nix;
  schema = import ./schema.nix "<recipe>";

  # A value as an author would write it in a recipe file, on one line.
  show = value:
    if isString value then "\"${replaceStrings [ "\\" "\"" "\n" "\${" ] [ "\\\\" "\\\"" "\\n" "\\\${" ] value}\""
    else if isBool value then (if value then "true" else "false")
    else if isInt value then toString value
    else if isList value then (if value == [ ] then "[ ]" else "[ ${concatStringsSep " " (map show value)} ]")
    else if isAttrs value then (if value == { } then "{ }" else "{ ${concatStringsSep " " (map (k: "${showKey k} = ${show value.${k}};") (attrNames value))} }")
    else toJSON value;
  showKey = key: if match "[A-Za-z_][A-Za-z0-9_'-]*" key != null then key else "\"${key}\"";

  cell = replaceStrings [ "|" "\n" ] [ "\\|" " " ];
  lines = concatStringsSep "\n";

  isGroup = field: field.type ? fields && !(field.type ? id);

  # The fields of a record as rows of a table, those of records inside it by their path.
  rows = prefix: fields: builtins.concatLists (map
    (key:
      let
        field = fields.${key};
        place = t.join prefix key;
        need = if field ? default then "" else if field.optional or false then " Optional." else " Required.";
        default = if field ? default then " Default ${code (show field.default)}." else "";
      in
      if isGroup field then [ "| `${place}` | | ${cell field.description} |" ] ++ rows place field.type.fields
      else [ "| `${place}` | ${cell (typeName field.type)} | ${cell (field.description + need + default)} |" ]
        ++ (if field.type.element.fields or null != null && !(field.type.element ? id) then rows "${place}.*" field.type.element.fields else [ ]))
    (attrNames fields));
  code = text: "`${text}`";
  typeName = type: type.name;

  table = fields: lines ([ "| field | type | meaning |" "| --- | --- | --- |" ] ++ rows "" fields);

  verb = key: field:
    "### `${key}`\n\n${field.description}\n\n"
    + (if isGroup field then table field.type.fields else "Takes ${field.type.name}.") + "\n";

  vocabulary = type:
    concatStringsSep "\n" (map (key: verb key type.verbs.${key}) (attrNames type.verbs))
    + "\n### Beside any ${type.what}\n\n${table type.modifiers}\n";

  # Top-level fields, each with its example or those of its inner fields.
  examples = prefix: fields: builtins.concatLists (map
    (key:
      let field = fields.${key};
      in (if field ? example then [ "${t.join prefix key} = ${show field.example};" ] else [ ])
        ++ (if isGroup field then examples (t.join prefix key) field.type.fields else [ ]))
    (attrNames fields));

  groups = filter (key: isGroup schema.fields.${key}) (attrNames schema.fields);
  plain = removeAttrs schema.fields groups;
  section = key:
    let field = schema.fields.${key};
    in "## `${key}`\n\n${field.description}\n\n${table field.type.fields}\n\n```nix\n${lines (examples key field.type.fields)}\n```\n";

  record = fields: { type = "object"; additionalProperties = false; properties = fields; required = attrNames fields; };
  of = key: schema.fields.${key}.type.json;
  need = key: schema.fields.needs.type.element.fields.${key}.type.json;
  state = of "state";
  # The one field of a plan that may be absent.
  withSmoke = plan: plan // { properties = plan.properties // { smoke = of "smoke"; }; };
in
{
  recipe = ''
    <!-- Generated from lib/schema.nix, lib/entries.nix and lib/steps.nix by `nix build .#docs`; a check compares it. -->
    # What a recipe file may say

    A recipe is a folder under `recipes/` with a `default.nix` that holds one attribute set. Every field has a default, so `{ }` is a recipe too.
    A mistake is refused while Nix evaluates, with the file, the place, what was expected and what was found.

    ${table plain}

    ```nix
    ${lines (examples "" plain)}
    ```

    ${concatStringsSep "\n" (map section groups)}
    ## Templates

    Step texts, `env` and `hosts` may hold `''${name}`: a name that an earlier step saved, or one of `domain` (the app's own host), `base` (`https://` and that host),
    `stack`, `recipe` and `run` (a text that no other run has). In a Nix string it is written `"\''${name}"`. `''${secret:name}` is one of the app's secrets, resolved in
    the driver alone and refused in a command line. With `needs.idp`, `''${idp.domain}`, `''${idp.base}`, `''${idp.stack}` and `''${idp.x}` (where its `setup` saved `x`) are known too, but not in
    `hosts`; inside `needs.idp` the first two words of that name are the dependency, all others, such as `domain`, stay the app under test. A literal `''${` is written `$''${`, in Nix `"$''${"`.

    ## Steps

    A step is an attribute set with exactly one of these keys. The steps of a list run in order; the first that fails ends the list.

    ${vocabulary steps.step}
    ## Browser steps

    Each waits by itself until it can act. An element is found by ${steps.at.name}:

    ${table steps.at.fields}

    ${vocabulary steps.browserStep}'';

  schema = {
    "$schema" = "https://json-schema.org/draft/2020-12/schema";
    title = "The plan of one recipe's test, schema 1";
    "$defs" = { step = steps.step.definition; browserStep = steps.browserStep.definition; at = steps.at.definition; };
  } // withSmoke (record {
    schema.const = 1;
    recipe = { type = "string"; pattern = "^[a-z0-9][a-z0-9-]*$"; };
    description = of "description";
    category = of "category";
    source = of "source";
    env = of "env";
    compose = of "compose";
    hosts = of "hosts";
    tls = of "tls";
    secrets = of "secrets";
    needs = { type = "array"; items = record { name.type = "string"; plan."$ref" = "#"; env = need "env"; setup = need "setup"; }; };
    ready = of "ready";
    setup = of "setup";
    state = state // { properties = state.properties // { generic.type = "boolean"; }; required = [ "generic" ] ++ state.required; };
    flows = { type = "array"; items = record { name.type = "string"; steps = schema.fields.flows.type.element.json; }; };
    upgrade = of "upgrade";
    backup = of "backup";
    local = of "local";
    limits = of "limits";
    exceptions = schema.fields.policy.type.fields.exceptions.type.json;
  });
}
