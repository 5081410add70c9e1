package converge

import "testing"

// A row is a static configuration of a router's recipe, as a template.
func TestRefreshed(t *testing.T) {
	const providers = "providers:\n"
	for _, c := range []struct{ name, text, want string }{
		{"swarm", providers + "  swarm:\n    network: proxy\n", providers + "  swarm:\n    refreshSeconds: 2\n    network: proxy\n"},
		{"the old provider", "---\n" + providers + "  docker:\n    swarmMode: true\n", "---\n" + providers + "  docker:\n    refreshSeconds: 2\n    swarmMode: true\n"},
		{"behind another", providers + "  file:\n    filename: x\n  swarm:\n      network: proxy\n", providers + "  file:\n    filename: x\n  swarm:\n      refreshSeconds: 2\n      network: proxy\n"},
		{"has one already", providers + "  swarm:\n    refreshSeconds: 15\n", providers + "  swarm:\n    refreshSeconds: 2\n"},
		{"below an if", providers + "  swarm:\n    endpoint: x\n{{ if eq (env \"X\") \"1\" }}\n  file:\n    filename: y\n{{ end }}\n", providers + "  swarm:\n    refreshSeconds: 2\n    endpoint: x\n{{ if eq (env \"X\") \"1\" }}\n  file:\n    filename: y\n{{ end }}\n"},
		{"no provider", providers + "  file:\n    filename: x\n", ""},
		{"a swarm elsewhere", "x:\n  swarm:\n    y: 1\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := refreshed(c.text, 2)
			if ok != (c.want != "") || ok && got != c.want || !ok && got != c.text {
				t.Errorf("want %q, got %q, %t", c.want, got, ok)
			}
		})
	}
}

func TestIgnoresAddresses(t *testing.T) {
	for image, want := range map[string]bool{
		"traefik:v2.11.1": true, "traefik:v3.3.7": true, "traefik:v3.4.0": false, "traefik:v3.10.1": false, "traefik:v4.0": false, "registry.example.org/x/traefik:3.1": true, "traefik:latest": false,
	} {
		if got := ignoresAddresses(image); got != want {
			t.Errorf("%s: want %t, got %t", image, want, got)
		}
	}
}
