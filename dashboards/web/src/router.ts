/** Addresses to pages; each page is loaded when it is first visited. */

import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteLocationRaw } from "vue-router";

import { session } from "./live/session";
import { linkToken, PAGES, pagesOf, PASSWORD, SIGN_IN, type PageName } from "./pages";

declare module "vue-router" {
  interface RouteMeta {
    /** Text key of the title. */
    title?: string;
    /** Reachable without a session. */
    isOpen?: boolean;
    /** Without the bar. */
    isBare?: boolean;
    page?: PageName;
  }
}

const titled = (page: PageName) => ({ page, title: `nav.${page}` });

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: "/", component: () => import("./shell/NothingPage.vue") },
    { path: SIGN_IN, component: () => import("./account/SignInPage.vue"), meta: { isOpen: true, isBare: true, title: "sign.submit" } },
    { path: "/link", component: () => import("./account/LinkPage.vue"), meta: { isOpen: true, isBare: true, title: "sign.submit" } },
    { path: PASSWORD, component: () => import("./account/PasswordPage.vue"), meta: { title: "password.title" } },
    { path: "/floor", component: () => import("./supervisor/FloorPage.vue"), meta: titled("floor") },
    { path: "/calls/:id?", component: () => import("./supervisor/CallsPage.vue"), meta: titled("calls") },
    { path: "/desk", component: () => import("./agent/DeskPage.vue"), meta: titled("desk") },
    { path: "/tickets", component: () => import("./tickets/TicketsPage.vue"), meta: titled("tickets") },
    { path: "/tickets/:id(\\d+)", component: () => import("./tickets/TicketPage.vue"), meta: titled("tickets") },
    { path: "/customers", component: () => import("./tickets/CustomersPage.vue"), meta: titled("customers") },
    { path: "/customers/:id(\\d+)", component: () => import("./tickets/CustomerPage.vue"), meta: titled("customers") },
    { path: "/hotline", component: () => import("./hotline/FlowsPage.vue"), meta: titled("hotline") },
    { path: "/hotline/prompts", component: () => import("./hotline/PromptsPage.vue"), meta: titled("hotline") },
    { path: "/hotline/hours", component: () => import("./hotline/HoursPage.vue"), meta: titled("hotline") },
    { path: "/hotline/blocked", component: () => import("./hotline/BlockedPage.vue"), meta: titled("hotline") },
    { path: "/hotline/flows/:name([a-z0-9][a-z0-9_-]*)", component: () => import("./hotline/FlowPage.vue"), meta: titled("hotline") },
    { path: "/messages", component: () => import("./hotline/MessagesPage.vue"), meta: titled("messages") },
    { path: "/reports", component: () => import("./hotline/ReportPage.vue"), meta: titled("reports") },
    { path: "/people", component: () => import("./admin/PeoplePage.vue"), meta: titled("people") },
    { path: "/rules", component: () => import("./admin/RulesPage.vue"), meta: titled("rules") },
    { path: "/check", component: () => import("./admin/CheckPage.vue"), meta: titled("check") },
    { path: "/:rest(.*)*", name: "nothing", component: () => import("./shell/NothingPage.vue"), meta: { title: "nothing.title" } },
  ],
});

router.beforeEach((to): RouteLocationRaw | true => {
  const token = linkToken(to.path, to.hash);
  // The token goes into memory and out of the address bar and the history.
  if (token !== null) return { path: "/link", state: { token }, hash: "", replace: true };
  const present = session.session.value;
  if (present === null) return to.meta.isOpen || session.state.value === "unreachable" ? true : toDoor(to);
  if (present.must_set_password && to.path !== PASSWORD) return PASSWORD;
  if (to.path === SIGN_IN) return "/";
  if (to.path === "/") return pagesOf(present)[0]?.path ?? true;
  const page = PAGES.find((one) => one.name === to.meta.page);
  return page === undefined || page.isFor(present) ? true : { name: "nothing", params: { rest: to.path.slice(1).split("/") } };
});

function toDoor(to: RouteLocationNormalized): RouteLocationRaw {
  return { path: SIGN_IN, query: to.path === "/" ? {} : { next: to.fullPath } };
}
