# Imported from the recording "Log in and write". Review it: prefer roles and labels, expect what matters.
{
  flows.log-in-and-write = [
    { goto = "/login"; }
    { fill = { at = { label = "User"; }; value = "admin"; }; }
    { press = { key = "Tab"; }; }
    # what was typed is not repeated here: name the app's secret
    { fill = { at = { label = "Password"; }; value = "\${secret:password}"; }; }
    { click = { role = "button"; name = "Log in"; }; }
    { expectURL = "**/notes"; }
    # the next step acted in an iframe: give it `frame` with the iframe's selector
    { fill = { at = { testId = "editor"; }; value = "costs $${5} \"or\" \\ more"; }; }
    # was a double click
    { click = "note-list li.first"; }
    { expectText = { at = "main article"; text = "costs"; }; }
    { wait = { for = "#busy"; state = "hidden"; }; }
    { eval = { js = "document.title === \"Notes\""; equals = "true"; }; }
    { goto = "https://other.example.org/a"; }
    # not imported: a step customStep
  ];
}
