package httpapi

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/yinxin-org/yinxin/internal/clock"
	"github.com/yinxin-org/yinxin/internal/errs"
)

const tagLog = "存证日志 Evidence log"

// LogHealth is how the evidence log stands.
type LogHealth struct {
	Origin      string       `json:"origin" doc:"The log's name."`
	State       string       `json:"state" enum:"running,late,stopped"`
	Now         time.Time    `json:"now" doc:"By the platform's clock."`
	Size        uint64       `json:"size" doc:"Records in the published tree."`
	PublishedAt *time.Time   `json:"publishedAt,omitempty" doc:"When the last checkpoint was published; absent before the first."`
	Pending     int          `json:"pending" doc:"Records that wait for their place, counted up to 10,000."`
	OldestAt    *time.Time   `json:"oldestAt,omitempty" doc:"When the oldest of them was written."`
	MapSize     uint64       `json:"mapSize" doc:"Records that the map of lists goes over."`
	Cosigned    uint64       `json:"cosigned" doc:"Records in the newest tree that enough witnesses have cosigned."`
	Need        int          `json:"need" doc:"How many witnesses are enough; 0 without witnesses."`
	Witnesses   []LogWitness `json:"witnesses" nullable:"false"`
}

// LogWitness is how one witness stands.
type LogWitness struct {
	Name       string     `json:"name"`
	Size       uint64     `json:"size" doc:"Records in the tree it cosigned last."`
	CosignedAt *time.Time `json:"cosignedAt,omitempty" doc:"By its own clock; absent if it never did."`
	AskedAt    *time.Time `json:"askedAt,omitempty"`
	Fault      string     `json:"fault,omitempty" enum:"silent,ahead,forked"`
}

type logHealthOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         LogHealth
}

func registerLogHealth(api huma.API, d Deps) {
	huma.Register(api, require(api, huma.Operation{
		OperationID: "getLogHealth", Method: http.MethodGet, Path: "/api/v1/log/health", Tags: []string{tagLog},
		Summary:     "日志健康",
		Description: "How the evidence log stands: age of its checkpoint, records that wait, witnesses' cosignatures, and whether it has stopped.",
	}, RoleAdmin, RoleDigital, RoleSupervisor), d.logHealth)
}

func (d Deps) logHealth(ctx context.Context, _ *struct{}) (*logHealthOutput, error) {
	h, err := d.Book.Health(ctx)
	if err != nil {
		return nil, err
	}
	now := d.Clock.Now()
	out := &logHealthOutput{CacheControl: "no-store", Body: LogHealth{Origin: h.Origin, State: h.State(now), Now: now.In(clock.Shanghai), Size: h.Size,
		PublishedAt: beijing(h.PublishedAt), Pending: h.Pending, MapSize: h.MapSize, Cosigned: h.Cosigned, Need: h.Need, Witnesses: []LogWitness{}}}
	if h.Pending > 0 {
		out.Body.OldestAt = beijing(h.OldestAt)
	}
	for _, w := range h.Witnesses {
		x := LogWitness{Name: w.Name, Size: w.Size, Fault: w.Fault}
		if w.Size > 0 {
			x.CosignedAt = beijing(w.CosignedAt)
		}
		if w.AskedAt.UnixMicro() > 0 {
			x.AskedAt = beijing(w.AskedAt)
		}
		out.Body.Witnesses = append(out.Body.Witnesses, x)
	}
	return out, nil
}

// health answers whoever watches over the service; ready answers what sends it requests.
func health(d Deps) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		words, err := d.Health(r.Context())
		if errs.Code(err) == "log.stopped" {
			WriteProblem(w, r, err)
			return
		}
		probe(w, r, words, err)
	}
}

func ready(d Deps) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { probe(w, r, "ok", d.Ready(r.Context())) }
}

func probe(w http.ResponseWriter, r *http.Request, words string, err error) {
	if err != nil {
		WriteProblem(w, r, errs.New(errs.Unavailable, "unavailable").Wrap(err))
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, words+"\n")
}
