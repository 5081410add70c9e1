{ needs.app.recipe = "needing"; }
