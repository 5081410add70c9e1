package redact

import (
	"slices"
	"strings"
)

// dictionary lists words of at least MinLength letters that people use as a value
// and that every log holds anyway.
var dictionary = strings.Fields(`
	00000000 12345678 123456789 1234567890 87654321
	administrator anonymous application authentication authorization changeme configuration
	container customer database debugging default1 demodemo developer development disabled
	document docker-compose elasticsearch enabled1 example1 example.com external firewall
	homepage hostname internal keycloak localhost localhost.localdomain localdomain mariadb1
	messages minioadmin mongodb1 mypassword mysecret nextcloud not-a-secret operator optional
	passphrase passw0rd password password1 password123 platform postgres postgresql
	postgresuser privileged production qwertyui qwertyuiop rabbitmq redacted register required
	resource response root1234 rootroot sandbox1 sample123 secret123 secretsecret security
	selfhosted services settings superuser swordfish synapse1 temporary test1234 testtest
	testuser traefik1 undefined unlimited username verified workspace
`)

// isDictionary tells whether a value can't be told from ordinary text: a known word
// in any case, or one character over and over.
func isDictionary(value string) bool {
	word := strings.ToLower(value)
	return slices.Contains(dictionary, word) || strings.Trim(word, word[:1]) == ""
}
