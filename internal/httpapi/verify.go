package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/errs"
	"github.com/yinxin-org/yinxin/verify"
)

type verifyInput struct {
	Language
	RawBody []byte `contentType:"application/octet-stream"`
}

// FileReport is the verdict on a file and, where the platform knows the license, its state now.
type FileReport struct {
	verify.Report
	Current *CurrentState `json:"current,omitempty"`
}

// CurrentState is the state of a license at a moment.
type CurrentState struct {
	State
	At time.Time `json:"at"`
}

type verifyOutput struct{ Body FileReport }

func registerVerify(api huma.API, d Deps) {
	huma.Register(api, open(huma.Operation{
		OperationID: "verifyFile", Method: http.MethodPost, Path: "/api/v1/verify", Tags: []string{tagPresentation},
		Summary: "核验文件", Description: "Judge an OFD file: every cause in the standard's order. Nothing of the file is kept.",
		MaxBodyBytes: MaxFile + 1, Errors: []int{http.StatusRequestEntityTooLarge},
	}), d.verify)
}

func (d Deps) verify(ctx context.Context, in *verifyInput) (*verifyOutput, error) {
	out := &verifyOutput{Body: FileReport{Report: d.VerifyFile(in.RawBody)}}
	for _, item := range out.Body.License {
		if item.Name != "ZZBS" || out.Body.Verdict == verify.Invalid {
			continue
		}
		v, err := d.Desk.ByIdentifier(ctx, item.Value)
		if errs.Code(err) == "license.unknown" {
			break
		}
		if err != nil {
			return nil, err
		}
		out.Body.Current = &CurrentState{State: stateOf(v.State, in.lang()), At: v.At.In(clock.Shanghai)}
	}
	return out, nil
}
