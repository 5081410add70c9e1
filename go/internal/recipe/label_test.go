package recipe

import (
	"strings"
	"testing"
)

// What Traefik 3.7 makes of the same keys was read off its own parser (paerser v0.2.2).
func TestTraefikKey(t *testing.T) {
	for _, tt := range []struct {
		name, key, want string
		ok              bool
	}{
		{"plain", "traefik.http.routers.x.rule", "traefik http routers x rule", true},
		{"any case", "Traefik.HTTP.Routers.X.Rule", "traefik http routers x rule", true},
		{"an index", "traefik.http.routers.x.tls.domains[0].main", "traefik http routers x tls domains [0] main", true},
		{"an index for a name", "traefik.http.routers[0].rule", "traefik http routers [0] rule", true},
		{"two brackets", "traefik.http.routers[a[0].rule", "traefik http routers [a[0] rule", true},
		{"a bracket in the middle", "traefik.http.routers[0]x.rule", "traefik http routers[0]x rule", true},
		{"an index alone, which Traefik refuses", "traefik.http.[0].rule", "traefik http [0] rule", true},
		{"an empty part, which Traefik refuses", "traefik..x", "traefik  x", true},
		{"never opened", "traefik.http.routers]", "traefik http routers]", false},
		{"nothing but the end", "traefik.].x", "traefik ] x", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			parts, ok := TraefikKey(tt.key)
			if got := strings.Join(parts, " "); got != tt.want || ok != tt.ok {
				t.Errorf("expected %q, %v, found %q, %v", tt.want, tt.ok, got, ok)
			}
		})
	}
}
