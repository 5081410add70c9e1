module coopcloud.tech/cc-ci/checks/standin

go 1.26.8

require github.com/lib/pq v1.10.9
