package demo

import (
	"context"
	"errors"
	"net/http"
)

// refusePaper lets the holder prove to the office of the matter that it can fetch the business license itself.
func (f *Flow) refusePaper(ctx context.Context) (any, error) {
	u, err := f.as(ctx, holderLogin)
	if err != nil {
		return nil, err
	}
	var held struct {
		Items []struct {
			ID   string `json:"id"`
			Type struct {
				Name string `json:"name"`
			} `json:"type"`
		} `json:"items"`
	}
	if err := u.call(ctx, http.MethodGet, "/api/v1/me/licenses", nil, &held); err != nil {
		return nil, err
	}
	for _, l := range held.Items {
		if l.Type.Name != "营业执照" {
			continue
		}
		var p struct {
			No string `json:"no"`
		}
		in := map[string]string{"matterCode": foodMatter, "licenseId": l.ID}
		if err := u.call(ctx, http.MethodPost, "/api/v1/me/availability", in, &p); err != nil {
			return nil, err
		}
		r, err := f.evidence(ctx, u, p.No, "availability-")
		return map[string]any{"no": r.No, "kind": r.Kind}, err
	}
	return nil, errors.New("the holder has no business license")
}
