module coopcloud.tech/cc-ci

go 1.26.8
