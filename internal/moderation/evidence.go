package moderation

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"senet/internal/account"
	"senet/internal/fault"
	"senet/internal/pg"
)

// Evidence is taken of a subject before it is gone: as rows of the database, each kind a file, told in evidenceQueries.
type evidenceQuery struct {
	file  string
	kinds []string // of subjects that have it; nil: all
	sql   string
}

// maxEvidence is how many rows a file holds at most.
const maxEvidence = 10_000

// Rows are taken as they are, but for what belongs to nobody's case: addresses, passwords and tokens are in none of these tables.
var evidenceQueries = []evidenceQuery{
	{"subject.json", []string{Post}, `select to_jsonb(x) from posts x where x.id = @id`},
	{"subject.json", []string{Message}, `select to_jsonb(x) from messages x where x.id = @id`},
	{"subject.json", []string{Question}, `select to_jsonb(x) from questions x where x.id = @id`},
	{"subject.json", []string{Poll}, `select to_jsonb(x) from polls x where x.id = @id`},
	{"subject.json", []string{Thread}, `select to_jsonb(x) from threads x where x.id = @id`},
	{"subject.json", []string{Member}, `select jsonb_build_object('id', id, 'name', name, 'handle', handle, 'role', role, 'affiliation', affiliation,
		'about', about, 'about_lang', about_lang, 'created_at', created_at, 'silenced_until', silenced_until, 'suspended_until', suspended_until)
		from members where id = @id`},
	{"versions.json", []string{Post}, `select to_jsonb(x) from post_revisions x where x.post_id = @id order by version`},
	{"versions.json", []string{Message}, `select to_jsonb(x) from message_revisions x where x.message_id = @id order by version`},
	{"translated.json", nil, `select to_jsonb(x) from translations x
		where x.subject_kind = case @kind when 'member' then 'profile' else @kind end and x.subject_id = @id order by locale`},
	{"context.json", []string{Post}, `select to_jsonb(p) from posts p join posts x on x.id = @id
		where p.thread_id = x.thread_id and p.number between x.number - 10 and x.number + 10 order by p.number`},
	{"context.json", []string{Message}, `select to_jsonb(p) from messages p join messages x on x.id = @id
		where p.room_id = x.room_id and p.seq between x.seq - 20 and x.seq + 20 order by p.seq`},
	{"cases.json", nil, `select to_jsonb(x) from cases x where x.subject_kind = @kind and x.subject_id = @id order by id`},
	{"reports.json", nil, `select to_jsonb(r) || jsonb_build_object('rule', ru.key) from reports r join rules ru on ru.id = r.rule_id
		join cases c on c.id = r.case_id where c.subject_kind = @kind and c.subject_id = @id order by r.id`},
	{"decisions.json", nil, `select to_jsonb(x) from moderation_log x where x.subject_kind = @kind and x.subject_id = @id
		or x.case_id in (select id from cases where subject_kind = @kind and subject_id = @id) order by id`},
}

// Evidence writes a ZIP with everything about a subject to w: the subject, its versions and translations, what stands around it,
// reports and decisions with the hashes of the log, and a manifest with the SHA-256 of each file. That it was taken is a row of
// the log. For moderators.
func (s *Service) Evidence(ctx context.Context, viewer account.Viewer, of Subject, w io.Writer) error {
	if !Possible(of.Kind, Dismiss) {
		return fault.New(fault.NotFound, "error.not_found")
	}
	d := decision{action: TakeEvidence, subject: of}
	d.apply = func(ctx context.Context, tx *pg.Tx) (outcome, error) {
		found, err := s.abouts(ctx, of)
		if err != nil {
			return outcome{}, err
		}
		if _, ok := found[of]; !ok {
			return outcome{}, fault.New(fault.NotFound, "error.not_found")
		}
		return outcome{}, nil
	}
	if _, err := s.decide(ctx, viewer, d); err != nil {
		return err
	}
	z := zip.NewWriter(w)
	sums := map[string]string{}
	args := pgx.StrictNamedArgs{"kind": of.Kind, "id": of.ID}
	for _, q := range evidenceQueries {
		if q.kinds != nil && q.kinds[0] != of.Kind {
			continue
		}
		if err := s.evidenceFile(ctx, z, q, args, sums); err != nil {
			return fmt.Errorf("evidence about %s: %w", of, err)
		}
	}
	manifest, err := json.MarshalIndent(map[string]any{"subject": of, "taken_at": time.Now().UTC(), "taken_by": viewer.Name, "sha256": sums}, "", "  ")
	if err != nil {
		return err
	}
	f, err := z.Create("manifest.json")
	if err != nil {
		return err
	}
	if _, err := f.Write(manifest); err != nil {
		return err
	}
	return z.Close()
}

func (s *Service) evidenceFile(ctx context.Context, z *zip.Writer, q evidenceQuery, args pgx.StrictNamedArgs, sums map[string]string) error {
	used := pgx.StrictNamedArgs{"id": args["id"]}
	if q.kinds == nil {
		used["kind"] = args["kind"]
	}
	rows, err := s.store.Query(ctx, fmt.Sprintf(`select * from (%s) e limit %d`, q.sql, maxEvidence), used)
	if err != nil {
		return err
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[json.RawMessage])
	if err != nil {
		return err
	}
	if all == nil {
		all = []json.RawMessage{}
	}
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	f, err := z.CreateHeader(&zip.FileHeader{Name: q.file, Method: zip.Deflate, Modified: time.Now().UTC()})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	sums[q.file] = hex.EncodeToString(sum[:])
	_, err = f.Write(text)
	return err
}
