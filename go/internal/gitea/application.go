package gitea

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	sdk "code.gitea.io/sdk/gitea"

	"coopcloud.tech/cc-ci/internal/apiclient"
)

// Application is an OAuth2 application of the token's account. Its secret is told once, when it is made or renewed.
type Application struct {
	ID               int64
	ClientID, Secret string
	Redirects        []string
	Confidential     bool
}

// Applications gives the account's applications of this name; the token needs read:user.
func (c *Client) Applications(ctx context.Context, name string) ([]Application, error) {
	var out []Application
	for page := 1; page <= maxPages; page++ {
		list, resp, err := c.sdk(ctx).ListOauth2(sdk.ListOauth2Option{ListOptions: sdk.ListOptions{Page: page, PageSize: pageSize}})
		if err != nil {
			return nil, fault("list of OAuth2 applications", "the token's account", resp, err)
		}
		for _, a := range list {
			if a != nil && a.Name == name {
				out = append(out, application(a))
			}
		}
		if len(list) < pageSize {
			return out, nil
		}
	}
	return nil, fmt.Errorf("gitea: OAuth2 applications: more than %d pages", maxPages)
}

// MakeApplication makes a confidential application; the token needs write:user.
func (c *Client) MakeApplication(ctx context.Context, name, redirect string) (Application, error) {
	a, resp, err := c.sdk(ctx).CreateOauth2(sdk.CreateOauth2Option{Name: name, ConfidentialClient: true, RedirectURIs: []string{redirect}})
	if err != nil {
		return Application{}, fault("new OAuth2 application", name, resp, err)
	}
	return application(a), nil
}

// RenewApplication gives an application this redirect address and a new secret: the old one stops working.
func (c *Client) RenewApplication(ctx context.Context, id int64, name, redirect string) (Application, error) {
	a, resp, err := c.sdk(ctx).UpdateOauth2(id, sdk.CreateOauth2Option{Name: name, ConfidentialClient: true, RedirectURIs: []string{redirect}})
	if err != nil {
		return Application{}, fault("new secret of the OAuth2 application", name, resp, err)
	}
	return application(a), nil
}

func application(a *sdk.Oauth2) Application {
	return Application{ID: a.ID, ClientID: a.ClientID, Secret: a.ClientSecret, Redirects: a.RedirectURIs, Confidential: a.ConfidentialClient}
}

// ClientWorks asks whether an application's id and secret are those that the forge knows, by offering a
// code that nobody was given: the forge looks at the secret before it looks at the code, and
// says which of them it refuses. An answer of another kind is an error: it can't tell.
func (c *Client) ClientWorks(ctx context.Context, id, secret, redirect string) (bool, error) {
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {id}, "client_secret": {secret}, "redirect_uri": {redirect}, "code": {"cc-ci-asks-for-the-secret-alone"},
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/login/oauth/access_token", strings.NewReader(form.Encode()))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	client := &http.Client{CheckRedirect: apiclient.Stay}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return false, fmt.Errorf("gitea: OAuth2 client: %w", err)
	}
	defer resp.Body.Close()
	var said struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if err != nil {
		return false, fmt.Errorf("gitea: OAuth2 client: %w", err)
	}
	if json.Unmarshal(body, &said) != nil || resp.StatusCode != http.StatusBadRequest {
		return false, fmt.Errorf("gitea: OAuth2 client: expected a refusal in JSON, found status %d", resp.StatusCode)
	}
	switch {
	case said.Error == "invalid_client", strings.Contains(said.Description, "invalid client secret"):
		return false, nil
	case said.Error == "unauthorized_client" && strings.Contains(said.Description, "not authorized"), said.Error == "invalid_grant":
		return true, nil
	}
	return false, fmt.Errorf("gitea: OAuth2 client: expected to be told of the secret or the code, found %q: %.100q", said.Error, said.Description)
}

// RemoveApplication deletes an application: logins through it fail from then on.
func (c *Client) RemoveApplication(ctx context.Context, id int64) error {
	resp, err := c.sdk(ctx).DeleteOauth2(id)
	return fault("deletion of the OAuth2 application", id, resp, err)
}
