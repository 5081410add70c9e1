package stock

import (
	"fmt"
	"net/http"
	"strings"
)

// Drone answers as a Drone server does that is asked for a project's builds: one of a recipe runs,
// two wait, one has ended; the others are of no recipe.
func Drone(project string) http.Handler {
	build := func(n int, status, recipe string, pr, started int) string {
		return fmt.Sprintf(`{"number":%[1]d,"status":%[2]q,"event":"custom","created":1795700000,"started":%[3]d,"params":`+
			`{"CCCI_RECIPE":%[4]q,"CCCI_REF":"%[5]s","CCCI_PR":"%[6]d","CCCI_SRC":"org/hedgedoc","CCCI_COMMENT":"4%[1]d"}}`,
			n, status, started, recipe, strings.Repeat("a1b2", 10), pr)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/repos/"+project+"/builds" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, "[%s]", strings.Join([]string{
			build(9, "pending", "keycloak", 12, 0), build(8, "pending", "hedgedoc", 7, 0), build(7, "running", "hedgedoc", 3, 1795700100),
			`{"number":6,"status":"running","event":"push","created":1795690000,"started":1795690001}`,
			build(5, "success", "n8n", 1, 1795600000), build(4, "running", "../evil", 1, 1795600000),
		}, ","))
	})
}
