package report

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
)

func TestStyleAsksForNothing(t *testing.T) {
	for _, s := range []string{"url(", "@import", "http:", "https:", "//"} {
		if strings.Contains(Style, s) {
			t.Errorf("style.css: expected no %q", s)
		}
	}
}

// TestContrast holds every pair of text and background of the page to WCAG 2.2 AA, 1.4.3: 4.5 to 1.
func TestContrast(t *testing.T) {
	pairs := [][2]string{
		{"ink", "paper"}, {"ink", "card"}, {"ink", "well"}, {"ink", "error-back"},
		{"soft", "paper"}, {"soft", "card"}, {"soft", "well"}, {"link", "card"}, {"link", "paper"},
		{"pass", "card"}, {"fail", "card"}, {"error", "card"}, {"idle", "card"},
		{"pass", "pass-back"}, {"fail", "fail-back"}, {"error", "error-back"}, {"idle", "idle-back"},
	}
	light, dark, _ := strings.Cut(Style, "prefers-color-scheme: dark")
	for name, sheet := range map[string]string{"light": light, "dark": dark} {
		colors := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(strings.Split(sheet, "@media")[0], -1) {
			if _, ok := colors[m[1]]; !ok {
				colors[m[1]] = m[2]
			}
		}
		for _, p := range pairs {
			t.Run(name+" "+p[0]+" on "+p[1], func(t *testing.T) {
				a, b := luminance(t, colors[p[0]]), luminance(t, colors[p[1]])
				if c := (max(a, b) + 0.05) / (min(a, b) + 0.05); c < 4.5 {
					t.Errorf("contrast: expected at least 4.5, found %.2f", c)
				}
			})
		}
	}
}

// luminance is WCAG's relative luminance of a colour like "#14692d".
func luminance(t *testing.T, color string) float64 {
	t.Helper()
	var rgb [3]int
	if _, err := fmt.Sscanf(color, "#%02x%02x%02x", &rgb[0], &rgb[1], &rgb[2]); err != nil {
		t.Fatalf("colour %q: %v", color, err)
	}
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		c := float64(rgb[i]) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
