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
	Unit    string `query:"forUnit" maxLength:"200" doc:"Name of the unit that wants to use the file. An annotated copy for another unit is invalid."`
	Case    string `query:"forCase" maxLength:"40" doc:"Number of the case that it is wanted for; likewise."`
	Matter  string `query:"forMatter" maxLength:"40" doc:"Code of the matter that it is wanted for; likewise."`
	On      string `query:"on" format:"date" doc:"The day on which it is wanted, in Beijing; absent: now. An annotated copy that is over by then is invalid."`
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
		Summary: "核验文件", Description: "Judge an OFD file: every cause in the standard's order. Asked for a use, it judges an annotated copy also by whether it is for that use. Nothing of the file is kept.",
		MaxBodyBytes: MaxFile + 1, Errors: []int{http.StatusRequestEntityTooLarge},
	}), d.verify)
}

func (d Deps) verify(ctx context.Context, in *verifyInput) (*verifyOutput, error) {
	use, err := in.use()
	if err != nil {
		return nil, err
	}
	out := &verifyOutput{Body: FileReport{Report: d.VerifyFile(in.RawBody, use)}}
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

// use is what the file is wanted for; nil when the question is only whether it is genuine.
func (in *verifyInput) use() (use *verify.Intended, err error) {
	asked := verify.Intended{Unit: in.Unit, Case: in.Case, Matter: in.Matter}
	if in.On != "" {
		asked.On, err = time.ParseInLocation(time.DateOnly, in.On, clock.Shanghai)
	}
	if asked != (verify.Intended{}) {
		use = &asked
	}
	return use, err
}
