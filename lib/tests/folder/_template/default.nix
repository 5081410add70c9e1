throw "a template is no recipe"
