package recipe

import "strings"

// TraefikKey takes the key of a Traefik label apart as Traefik does (paerser, DecodeToNode): at its dots, and before a
// bracket in front of a part's last "]", so that `routers[0].rule` is the rule of a router called "[0]". Traefik takes
// keys in any case, so the parts are in lower case. It is not ok where a part ends in "]" and has no "[": Traefik
// panics on it, and follows no service any more until it is started again.
func TraefikKey(key string) (parts []string, ok bool) {
	ok = true
	for part := range strings.SplitSeq(strings.ToLower(key), ".") {
		open := strings.Index(part, "[")
		switch {
		case !strings.HasSuffix(part, "]"):
			parts = append(parts, part)
		case open > 0:
			parts = append(parts, part[:open], part[open:])
		default:
			parts, ok = append(parts, part), ok && open == 0
		}
	}
	return parts, ok
}
