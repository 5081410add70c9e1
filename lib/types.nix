# Types as data. A type is an attribute set:
#
#   name    what an error says was expected: "a string"
#   check   path -> value -> [ { path; text; } ]    every mistake with its place
#   fill    value -> value                          the value with its defaults
#   json    the type as JSON Schema
#   fields  (records only) name -> { type, description, default | optional, example }
#
# A field with neither `default` nor `optional` must be given. An optional field that is absent
# stays absent in the plan. `fill` may assume that `check` found nothing.
let
  inherit (builtins) attrNames concatLists concatStringsSep elem filter genList hasAttr head isAttrs isBool isInt isList isString length listToAttrs map mapAttrs match;

  describe = import ./describe.nix;
  nearest = import ./nearest.nix;

  join = path: key: if path == "" then key else "${path}.${key}";
  at = path: i: "${path}[${toString i}]";
  quoted = names: concatStringsSep ", " (map (n: "`${n}`") names);

  mismatch = path: expected: value: [ { inherit path; text = "expected ${expected}, found ${describe value}"; } ];

  scalar = name: json: test: {
    inherit name json;
    check = path: value: if test value then [ ] else mismatch path name value;
    fill = value: value;
  };

  # `reddy.path = "/"` is best shown as the author wrote it.
  written = path: value:
    if isAttrs value && length (attrNames value) == 1
    then let key = head (attrNames value); in written (join path key) value.${key}
    else path;

  unknown = what: path: known: key: value: {
    path = written (join path key) value;
    text =
      let near = nearest key known;
      in "unknown ${what} `${key}`; " + (if near == null then "known here: ${quoted known}" else "did you mean `${near}`?");
  };

  checkFields = fields: path: value: concatLists (map (key: fields.${key}.type.check (join path key) value.${key})
    (filter (key: hasAttr key fields) (attrNames value)));

  fillFields = fields: value: listToAttrs (concatLists (map
    (key:
      if hasAttr key value then [ { name = key; value = fields.${key}.type.fill value.${key}; } ]
      else if fields.${key} ? default then [ { name = key; value = fields.${key}.type.fill fields.${key}.default; } ]
      else [ ])
    (attrNames fields)));
in
rec {
  inherit describe mismatch join at quoted;

  string = scalar "a string" { type = "string"; } isString;
  bool = scalar "true or false" { type = "boolean"; } isBool;
  nonEmpty = scalar "a string that isn't empty" { type = "string"; minLength = 1; } (v: isString v && v != "");
  duration = matching ''a duration such as "90s"'' "([0-9]+(\\.[0-9]+)?(ms|s|m|h))+";

  # matching : name -> POSIX extended regular expression -> type
  matching = name: pattern:
    scalar name { type = "string"; pattern = "^(${pattern})$"; } (v: isString v && match pattern v != null);

  # between : int -> int -> type          both ends allowed
  between = low: high:
    scalar "an integer from ${toString low} to ${toString high}" { type = "integer"; minimum = low; maximum = high; }
      (v: isInt v && v >= low && v <= high);

  enum = values: {
    name = "one of ${concatStringsSep ", " values}";
    json.enum = values;
    fill = value: value;
    check = path: value:
      let
        near = if isString value then nearest value values else null;
        hint = if near == null then "" else "; did you mean ${near}?";
      in
      if elem value values then [ ]
      else [ { inherit path; text = (head (mismatch path "one of ${concatStringsSep ", " values}" value)).text + hint; } ];
  };

  listOf = type: {
    name = "a list of ${type.plural or "values, each ${type.name}"}";
    json = { type = "array"; items = type.json; };
    check = path: value:
      if !isList value then mismatch path "a list" value
      else concatLists (genList (i: type.check (at path i) (builtins.elemAt value i)) (length value));
    fill = map type.fill;
    element = type;
  };

  attrsOf = type: {
    name = "a set of named values, each ${type.name}";
    json = { type = "object"; additionalProperties = type.json; };
    check = path: value:
      if !isAttrs value then mismatch path "an attribute set" value
      else concatLists (map (key: type.check (join path key) value.${key}) (attrNames value));
    fill = mapAttrs (_: type.fill);
    element = type;
  };

  record = fields: {
    name = "an attribute set";
    inherit fields;
    json = {
      type = "object";
      additionalProperties = false;
      properties = mapAttrs (_: f: f.type.json) fields;
      required = filter (key: !(fields.${key}.optional or false)) (attrNames fields);
    };
    check = path: value:
      let
        missing = filter (key: !hasAttr key value && !(fields.${key} ? default) && !(fields.${key}.optional or false)) (attrNames fields);
        strange = filter (key: !hasAttr key fields) (attrNames value);
      in
      if !isAttrs value then mismatch path "an attribute set" value
      else map (key: unknown "field" path (attrNames fields) key value.${key}) strange
        ++ map (key: { path = join path key; text = "missing; expected ${fields.${key}.type.name}"; }) missing
        ++ checkFields fields path value;
    fill = fillFields fields;
  };

  # oneKey : { id; what; verbs; modifiers; } -> type
  # A record with exactly one of the verbs, and any of the modifiers beside it.
  oneKey = { id, what, verbs, modifiers }:
    let
      fields = mapAttrs (_: f: f // { optional = true; }) (verbs // modifiers);
    in
    record fields // {
      name = "a ${what}";
      plural = "${what}s";
      inherit id what verbs modifiers;
      json."$ref" = "#/$defs/${id}";
      definition = (record fields).json // { oneOf = map (verb: { required = [ verb ]; }) (attrNames verbs); };
      check = path: value:
        let
          given = attrNames value;
          strange = filter (key: !hasAttr key fields) given;
          said = filter (key: hasAttr key verbs) given;
        in
        if !isAttrs value then mismatch path "a ${what}, an attribute set with one of ${quoted (attrNames verbs)}" value
        else if strange != [ ] then map (key: unknown what path (attrNames fields) key { }) strange
        else if length said == 1 then checkFields fields path value
        else [ {
          inherit path;
          text = "expected one of ${quoted (attrNames verbs)}, found "
            + (if said == [ ] then "none" else "${toString (length said)} in one ${what}: ${quoted said}; make each a ${what} of its own");
        } ];
    };

  # exactlyOne : id -> shorthand -> fields -> [string] -> type
  # A string (the shorthand), or a record in which exactly one of the named ways is given.
  exactlyOne = id: shorthand: fields: ways:
    let
      inner = record fields;
      expected = "${shorthand} or one of ${quoted ways}";
    in
    inner // {
      name = expected;
      inherit id;
      json."$ref" = "#/$defs/${id}";
      definition.anyOf = [ { type = "string"; } inner.json ];
      fill = value: if isString value then value else inner.fill value;
      check = path: value:
        let given = filter (way: hasAttr way value) ways;
        in
        if isString value then (if value == "" then mismatch path expected value else [ ])
        else if !isAttrs value then mismatch path expected value
        else if inner.check path value != [ ] then inner.check path value
        else if length given == 1 then [ ]
        else [ { inherit path; text = "expected ${expected}, found " + (if given == [ ] then "none of them" else quoted given); } ];
    };
}
