package doctor

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"coopcloud.tech/cc-ci/internal/certificate"
)

func certificatePair(_ context.Context, x examined) (string, error) {
	_, err := certificate.Load(x.Traefik.Certificate, x.Traefik.Key)
	if errors.Is(err, fs.ErrNotExist) {
		return "", missing("%w; put the full chain and its key there", err)
	}
	return x.Traefik.Certificate + " with its key", err
}

func certificateDates(_ context.Context, x examined) (string, error) {
	p, err := certificate.Load(x.Traefik.Certificate, x.Traefik.Key)
	if err != nil {
		return "", missing("no certificate to look at")
	}
	warning, err := p.Judge(x.now, nil)
	if err == nil && warning != "" {
		err = errors.New(warning)
	}
	return "until " + p.Leaf.NotAfter.UTC().Format("2006-01-02"), err
}

func certificateNames(_ context.Context, x examined) (string, error) {
	p, err := certificate.Load(x.Traefik.Certificate, x.Traefik.Key)
	if err != nil {
		return "", missing("no certificate to look at")
	}
	_, err = p.Judge(p.Leaf.NotAfter, x.CertificateNames())
	return strings.Join(x.CertificateNames(), " and "), err
}
