/** Where the client begins: which page belongs to which address. */

import { accountPage } from "./pages/account.js";
import { answerPage } from "./pages/answer.js";
import { attemptPage } from "./pages/attempt.js";
import { assignmentPage, assignPage } from "./pages/assignment.js";
import { cardsPage } from "./pages/cards.js";
import { cohortPage, cohortsPage } from "./pages/cohorts.js";
import { deskPage } from "./pages/desk.js";
import { deskAttemptPage } from "./pages/desk-attempt.js";
import { historyPage } from "./pages/history.js";
import { invitePage } from "./pages/invite.js";
import { overviewPage } from "./pages/overview.js";
import { peoplePage } from "./pages/people.js";
import { microphonePage } from "./pages/microphone.js";
import { missingPage, problemPage } from "./pages/problem.js";
import { questionPage } from "./pages/question.js";
import { questionsPage } from "./pages/questions.js";
import { reportPage } from "./pages/report.js";
import { sessionPage } from "./pages/session.js";
import { signInPage } from "./pages/sign-in.js";
import { startPage } from "./pages/start.js";
import { topicPage } from "./pages/topic.js";
import { webhooksPage } from "./pages/webhooks.js";
import { dismissDialogs } from "./parts/dialog.js";
import { startRouter } from "./router.js";
import { hush } from "./voice/aloud.js";
import { markPlace, showHeader } from "./shell.js";

showHeader();
startRouter({
  routes: [
    [/^\/$/, startPage],
    [/^\/questions$/, questionsPage],
    [/^\/questions\/([^/]+)$/, questionPage],
    [/^\/topics\/([^/]+)$/, topicPage],
    [/^\/sessions\/([^/]+)$/, sessionPage],
    [/^\/sessions\/([^/]+)\/report$/, reportPage],
    [/^\/sessions\/([^/]+)\/answers\/(\d+)$/, answerPage],
    [/^\/attempts\/([^/]+)$/, attemptPage],
    [/^\/sessions\/([^/]+)\/cards$/, cardsPage],
    [/^\/history$/, historyPage],
    [/^\/overview$/, overviewPage],
    [/^\/review$/, deskPage],
    [/^\/review\/([^/]+)$/, deskAttemptPage],
    [/^\/microphone$/, microphonePage],
    [/^\/sign-in$/, signInPage],
    [/^\/invite$/, invitePage],
    [/^\/account$/, accountPage],
    [/^\/people$/, peoplePage],
    [/^\/webhooks$/, webhooksPage],
    [/^\/cohorts$/, cohortsPage],
    [/^\/cohorts\/([^/]+)$/, cohortPage],
    [/^\/cohorts\/([^/]+)\/assign$/, assignPage],
    [/^\/assignments\/([^/]+)$/, assignmentPage],
  ],
  missing: missingPage,
  problem: problemPage,
  moved: (path) => {
    dismissDialogs();
    hush();
    markPlace(path);
  },
});
