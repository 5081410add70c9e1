{ needs.idp.recipe = "fine"; }
