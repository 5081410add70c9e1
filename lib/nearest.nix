# The known name that a misspelt one probably meant.
#
# nearest : string -> [string] -> string | null
#   The candidate with the smallest Levenshtein distance to the given name, or null where none is
#   within a third of the name's length (at least 2).
let
  inherit (builtins) elemAt foldl' genList head length stringLength substring tail;

  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;
  last = list: elemAt list (length list - 1);
  characters = s: genList (i: substring i 1 s) (stringLength s);

  # One row of the distance table, from the row above it and one more character of `a`.
  nextRow = row: c: bs:
    foldl'
      (new: j:
        let
          cost = if elemAt bs j == c then 0 else 1;
        in
        new ++ [ (min (min (last new + 1) (elemAt row (j + 1) + 1)) (elemAt row j + cost)) ])
      [ (head row + 1) ]
      (genList (j: j) (length bs));

  distance = a: b:
    let
      bs = characters b;
    in
    last (foldl' (row: c: nextRow row c bs) (genList (j: j) (length bs + 1)) (characters a));
in
name: candidates:
let
  limit = max 2 (stringLength name / 3);
  measured = map (c: { inherit c; d = distance name c; }) candidates;
  best = foldl' (a: b: if b.d < a.d then b else a) (head measured) (tail measured);
in
if candidates == [ ] || best.d > limit || best.d >= stringLength name then null else best.c
