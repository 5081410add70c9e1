{ services.cc-ci.resultsUrl = "https://ci.example.org/upload"; }
