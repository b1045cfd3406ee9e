package e2e

import (
	"fmt"
	"testing"

	"senet/internal/i18n"
)

// TestModeration_hiddenPostLeavesTheOtherWindow hides a post with a reason and shows it again, with its reader and
// its author watching.
func TestModeration_hiddenPostLeavesTheOtherWindow(t *testing.T) {
	t.Parallel()
	inBoth(t, func(t *testing.T, l i18n.Locale) {
		author := join(t, texts[l].name, l)
		th := author.start(t, texts[l].title, texts[l].body)
		p := author.reply(t, th, texts[l].reply)
		article := fmt.Sprintf("#post-%d", p.ID)
		reason := map[i18n.Locale]string{i18n.En: "Names a patient", i18n.Zh: "涉及患者姓名"}[l]

		reader := open(t, setting{})
		reader.visit(th.in(l))
		reader.shows(article, texts[l].reply)

		desk := open(t, setting{as: moderator(t, l)})
		desk.visit(th.in(l))
		desk.click(article + ` details summary`)
		desk.fill(article+` input[name=reason]`, reason)
		desk.follow(article + ` form button.danger`)
		desk.shows(`[role=status]`, words(t, l).T("moderation.done.hide"))

		reader.until("the post is gone", fmt.Sprintf("!document.body.innerText.includes(%q)", texts[l].reply))
		reader.shows("main", words(t, l).T("forum.post.hidden_live"))
		reader.reload()
		reader.until("the post is gone from the page", fmt.Sprintf("!document.documentElement.outerHTML.includes(%q)", texts[l].reply))

		told := open(t, setting{as: author})
		told.visit("/" + string(l) + "/inbox")
		told.shows("main", reason)

		desk.follow(`[role=status] form button`)
		desk.shows(article, texts[l].reply)
		reader.reload()
		reader.shows(article, texts[l].reply)
	})
}
