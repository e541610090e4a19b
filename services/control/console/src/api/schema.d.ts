// Made from the OpenAPI document by `npm run types`; not to be edited.

export interface paths {
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who you are. */
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your passkeys, the oldest first. */
        get: operations["listMyPasskeys"];
        put?: never;
        /** Add a passkey that a device made. */
        post: operations["addMyPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/passkeys/offer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to add a passkey. */
        post: operations["offerMyPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/passkeys/{passkey}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove one of your passkeys. */
        delete: operations["removeMyPasskey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set a new password, and end your other sessions. */
        put: operations["setMyPassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List where you are signed in, the newest first. */
        get: operations["listMySessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of your sessions. */
        delete: operations["endMySession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to set up a second factor. */
        post: operations["offerMyTotp"];
        /** Remove your second factor. */
        delete: operations["removeMyTotp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make the second factor count, with a code of it. */
        post: operations["confirmMyTotp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the organizations that you can see. */
        get: operations["listOrgs"];
        put?: never;
        /** Make an organization. */
        post: operations["createOrg"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show an organization. */
        get: operations["showOrg"];
        put?: never;
        post?: never;
        /** Remove an organization that has no sites any more: its people, keys and sign-in providers. Its audit log stays. */
        delete: operations["removeOrg"];
        options?: never;
        head?: never;
        /** Change an organization. */
        patch: operations["changeOrg"];
        trace?: never;
    };
    "/api/v1/orgs/{org}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what was done in an organization, the newest first. */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Export an organization's audit log as lines of JSON, the newest first. */
        get: operations["exportAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Check that an organization's audit log is as it was written. */
        get: operations["verifyAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List an organization's API keys, those that ended among them. */
        get: operations["listKeys"];
        put?: never;
        /** Make an API key for an organization. It is shown this once. */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show an API key, without itself. */
        get: operations["showKey"];
        put?: never;
        post?: never;
        /** Revoke an API key: from now on it is refused. */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show the figures of all sites as Prometheus reads them, a thousand sites at most. Scrape it with an auditor's API key. */
        get: operations["scrapeFigures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List an organization's sign-in providers. */
        get: operations["listProviders"];
        put?: never;
        /** Add a sign-in provider. What it publishes about itself is looked up. */
        post: operations["createProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/providers/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a sign-in provider. */
        get: operations["showProvider"];
        put?: never;
        post?: never;
        /** Remove a sign-in provider: it vouches for nobody any more. Members who came through it stay. */
        delete: operations["removeProvider"];
        options?: never;
        head?: never;
        /** Change a sign-in provider. With another issuer, what that one publishes is looked up. */
        patch: operations["changeProvider"];
        trace?: never;
    };
    "/api/v1/orgs/{org}/providers/{provider}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Look whether a sign-in provider can be reached now. */
        post: operations["checkProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List an organization's sites. */
        get: operations["listSites"];
        put?: never;
        /** Make a site. */
        post: operations["createSite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a site. */
        get: operations["showSite"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a site. */
        patch: operations["changeSite"];
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a site's aliases, those that nobody will have again among them. */
        get: operations["listAliases"];
        put?: never;
        /** Give an alias to a member, or reserve it for one to come. One that was somebody else's is never given again. */
        post: operations["keepAlias"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/aliases/{alias}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Let go of an alias that is reserved. */
        delete: operations["freeAlias"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/aliases/{alias}/retire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Retire an alias: whoever has it has it no more, and nobody else gets it. */
        post: operations["retireAlias"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/certificate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show what a site is served with. */
        get: operations["showCertificate"];
        /** Serve a site with a certificate of its own. Edges take it up at once. */
        put: operations["setCertificate"];
        post?: never;
        /** Serve a site with what the provider's edges have again. */
        delete: operations["removeCertificate"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/certificate/automatic": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Have a certificate authority issue the site's certificates, and renew them long before they end. It looks whether the
         *     site's host names lead to this service: at port 443, by TLS.
         */
        put: operations["issueCertificates"];
        post?: never;
        /** Have no more certificates issued. The one that there is serves on until it ends. */
        delete: operations["stopIssuingCertificates"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Close a site: nobody gets in, and after a time of grace all that is in it is erased. */
        post: operations["closeSite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/figures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a site's figures. */
        get: operations["showFigures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a site's groups. */
        get: operations["listGroups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/groups/{gid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a group for good. Its members' devices are told, and nobody gets its name again. */
        delete: operations["removeGroup"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/groups/{gid}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List who is in a group. */
        get: operations["listGroupMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/groups/{gid}/members/{uid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a member out of a group, until somebody in it invites the member again. All devices of the group are told. */
        delete: operations["dropFromGroup"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a site's invitations; `q` looks in aliases, e-mail addresses and names. */
        get: operations["listInvitations"];
        put?: never;
        /** Invite somebody to a site. The code and the link are shown this once. */
        post: operations["createInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/invitations/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tell what would come of invitations, without making any. Each is looked at as if those before it had been made. */
        post: operations["checkInvitations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/invitations/{invitation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show an invitation, without its code. */
        get: operations["showInvitation"];
        put?: never;
        post?: never;
        /** Revoke an invitation: nobody can register with it any more. */
        delete: operations["revokeInvitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/invitations/{invitation}/mail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail a pending invitation again. It gets another code, since codes are kept as hashes only: the one before, and its link,
         *     are of no use any more.
         */
        post: operations["mailInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a site's members; `q` looks in uids and aliases. */
        get: operations["listMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/members/{uid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a member with its devices. */
        get: operations["showMember"];
        put?: never;
        post?: never;
        /** Remove a member for good: its devices, what waits for them, its place in groups. Its aliases go to nobody else. */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/members/{uid}/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erase all that is kept about a member, for good, also about one that was removed. Its aliases go to nobody else; lines
         *     of the audit log stay.
         */
        post: operations["eraseMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/members/{uid}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give out all that is kept about a member, also about one that was removed: JSON files in a zip. It has no secrets, and
         *     not what messages say.
         */
        post: operations["exportMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/members/{uid}/forget-sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Forget who a member is at its sign-in provider, for somebody whose account there was made anew. Where the site wants people
         *     to sign in again, each of its devices asks for that at its next login, and whoever signs in first is the member.
         */
        post: operations["forgetSignIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/members/{uid}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a member's suspension. */
        post: operations["resumeMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/members/{uid}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Suspend a member: it may not log in, and its links are closed. What is sent to it waits. */
        post: operations["suspendMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the devices of a site's members, with what waits for them. */
        get: operations["listNodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/nodes/{node}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a device. */
        get: operations["showNode"];
        put?: never;
        post?: never;
        /** Revoke a device for good: its link is closed, it cannot log in again, and what waits for it is dropped. */
        delete: operations["revokeNode"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Open a closed site again, while it is there. */
        post: operations["reopenSite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a site's suspension. */
        post: operations["resumeSite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Suspend a site: nobody may register or log in, and all links are closed. */
        post: operations["suspendSite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show what a site was used for, day by day. */
        get: operations["showUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/sites/{site}/usage.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as CSV. */
        get: operations["exportUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show what all sites of an organization were used for together, day by day. Of the most links it is the sum of each
         *     site's most.
         */
        get: operations["showOrgUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/usage.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What each site of an organization was used for, as CSV: a line for each site and day. */
        get: operations["exportOrgUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/user-providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the providers that an organization's people sign in with. */
        get: operations["listUserProviders"];
        put?: never;
        /** Add a provider that people sign in with. What it publishes about itself is looked up. */
        post: operations["createUserProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/user-providers/{user_provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a provider that people sign in with. */
        get: operations["showUserProvider"];
        put?: never;
        post?: never;
        /** Remove a provider that people sign in with. People stay, and can use passwords again. */
        delete: operations["removeUserProvider"];
        options?: never;
        head?: never;
        /** Change a provider that people sign in with. With its issuer given, what that one publishes is looked up. */
        patch: operations["changeUserProvider"];
        trace?: never;
    };
    "/api/v1/orgs/{org}/user-providers/{user_provider}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Look whether a provider that people sign in with can be reached now. */
        post: operations["checkUserProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List an organization's users; `q` looks in names and addresses. */
        get: operations["listUsers"];
        put?: never;
        /** Invite somebody to administer an organization. The link to choose a password goes to them by mail, or is shown this once. */
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/users/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show a user. */
        get: operations["showUser"];
        put?: never;
        post?: never;
        /** Remove a user: they are out at once. */
        delete: operations["removeUser"];
        options?: never;
        head?: never;
        /** Change a user. A new role, or a suspension, counts at once. */
        patch: operations["changeUser"];
        trace?: never;
    };
    "/api/v1/orgs/{org}/users/{user}/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Forget who somebody is at the providers: they are linked anew, by their address, at their next sign-in there. */
        delete: operations["unlinkUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/users/{user}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a new link for a user to choose a password, the first or another one. The link before ends. */
        post: operations["linkUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/orgs/{org}/users/{user}/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a lost second factor from a user: their password alone lets them in then. */
        delete: operations["takeTotp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what was done with the provider's own keys, the newest first. */
        get: operations["listProviderAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Export the provider's audit log as lines of JSON, the newest first. */
        get: operations["exportProviderAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Check that the provider's audit log is as it was written. */
        get: operations["verifyProviderAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider/figures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List all sites with their figures, those first whose members wait. Members, devices and messages that wait are counted up
         *     to five million each in a database.
         */
        get: operations["listProviderFigures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the provider's API keys. */
        get: operations["listProviderKeys"];
        put?: never;
        /** Make an API key for the provider. It is shown this once. */
        post: operations["createProviderKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider/keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show one of the provider's API keys, without itself. */
        get: operations["showProviderKey"];
        put?: never;
        post?: never;
        /** Revoke one of the provider's API keys. */
        delete: operations["revokeProviderKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the provider's users. */
        get: operations["listProviderUsers"];
        put?: never;
        /** Invite somebody to administer the installation. The link to choose a password goes to them by mail, or is shown this once. */
        post: operations["createProviderUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider/users/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show one of the provider's users. */
        get: operations["showProviderUser"];
        put?: never;
        post?: never;
        /** Remove one of the provider's users: they are out at once. */
        delete: operations["removeProviderUser"];
        options?: never;
        head?: never;
        /** Change one of the provider's users. A new role, or a suspension, counts at once. */
        patch: operations["changeProviderUser"];
        trace?: never;
    };
    "/api/v1/provider/users/{user}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a new link for one of the provider's users to choose a password, the first or another one. The link before ends. */
        post: operations["linkProviderUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/provider/users/{user}/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a lost second factor from one of the provider's users: their password alone lets them in then. */
        delete: operations["takeProviderTotp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in by password. The session comes as a cookie. */
        post: operations["signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give the code of a second factor, after a provider has vouched for the rest. */
        post: operations["finishSignIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in/forgotten": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a link for a new password sent, to somebody who has an account. The answer is the same to who has none. */
        post: operations["forgotPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go to a provider to sign in there. What binds its answer to this browser comes as a cookie, good for ten minutes. */
        post: operations["leaveForProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Follow a link: it signs you in, once. */
        post: operations["followLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in/link/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Look at a link without using it. */
        post: operations["lookAtLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to sign in with a passkey. What binds its answer to this browser comes as a cookie, good for five minutes. */
        post: operations["askForPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in/passkey/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with what a device signed. The session comes as a cookie. */
        post: operations["signInWithPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in/ways": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask which providers of its organization's an account can sign in with. */
        post: operations["signInWays"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign out: the session ends. */
        post: operations["signOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An alias to keep for somebody. */
        AliasNew: {
            /** @description The alias. */
            alias: string;
            /** @description The member who gets it; left out: it is reserved for one to come. */
            uid?: string | null;
        };
        /** @description An alias. */
        AliasShown: {
            /** @description The alias. */
            alias: string;
            /**
             * Format: int64
             * @description The invitation that keeps it for whoever registers with it.
             */
            invitation?: number | null;
            /** @description Kept for a member to come. */
            reserved: boolean;
            /** @description Whose it is; nobody's when it is reserved, an invitation keeps it, or it was retired and is never given again. */
            uid?: string | null;
        };
        /** @description A certificate authority issues the site's certificates, and renews them long before they end. */
        AutomaticShown: {
            /**
             * Format: date-time
             * @description Since when.
             */
            created_at: string;
            /** @description Who wanted it. */
            made_by: string;
            /**
             * Format: date-time
             * @description When the next certificate is asked for; before, if the site's host names change.
             */
            next_at: string;
            /** @description Why the last try failed. */
            problem?: string | null;
            /** @description `waiting` for the first, `good`, or `failing`: the last try failed. */
            state: string;
        };
        /** @description A certificate for a site. */
        CertificateNew: {
            /** @description The site's own certificate, then its issuers' (PEM). */
            chain: string;
            /** @description Its private key (PEM), without a passphrase. It is never shown again. */
            key: string;
        };
        /** @description A site's own certificate. Its key is not shown. */
        CertificateShown: {
            /**
             * Format: date-time
             * @description From when on it is good.
             */
            begins_at: string;
            /** @description The chain (PEM). */
            chain: string;
            /**
             * Format: date-time
             * @description When it came.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the first certificate of its chain ends.
             */
            expires_at: string;
            /** @description Who issued it. */
            issuer: string;
            /** @description Who brought it. */
            made_by: string;
            /** @description The host names that it is for. */
            names: string[];
            /** @description Nobody but itself: members must write `=` before the address. */
            self_signed: boolean;
            /** @description SHA-256 of the certificate, in hexadecimal. */
            sha256: string;
            /** @description `good`, `ends-soon` within 21 days, or `ended`. */
            state: string;
            /** @description Host names of the site that it is not for: these are served with what the provider's edges have. */
            uncovered: string[];
        };
        /** @description What a site is served with. */
        CertificateState: {
            automatic?: components["schemas"]["AutomaticShown"] | null;
            /** @description Whether the provider has set up a certificate authority. */
            automatic_is_offered: boolean;
            own?: components["schemas"]["CertificateShown"] | null;
        };
        /** @description What an authenticator shows. */
        Code: {
            /** @description Six digits. */
            code: string;
        };
        /** @description A code of a second factor. */
        CodeGiven: {
            /** @description The code, or a recovery code. */
            code: string;
        };
        /** @description Who wants to come in. */
        Credentials: {
            /** @description A code of the second factor, or a recovery code, where there is one. */
            code?: string | null;
            /** @description The address of the account. */
            email: string;
            /** @description Its password. */
            password: string;
        };
        /** @description What was done. */
        DeedShown: {
            /** @description What. */
            action: string;
            /** @description Who did it. */
            actor: string;
            /** @description From which address. */
            address: string;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description What is after, as far as it changed. */
            became?: Record<string, never> | null;
            /** @description SHA-256 over this row and the hash of the row before, in hexadecimal. */
            hash: string;
            /**
             * Format: int64
             * @description Its place in the log.
             */
            seq: number;
            /**
             * Format: int64
             * @description At which site.
             */
            site?: number | null;
            /** @description To what: an id or a uid. */
            target: string;
            /** @description What was before, as far as it changed. */
            was?: Record<string, never> | null;
        };
        /** @description Who goes to a provider. */
        Departure: {
            /** @description The address of the account. */
            email: string;
            /**
             * Format: int64
             * @description The organization that the ways were asked of, if one was named.
             */
            org?: number | null;
            /**
             * Format: int64
             * @description The id of one of its ways in.
             */
            provider: number;
        };
        /** @description Where to go. */
        Destination: {
            /** @description The address at the provider, for the browser. */
            url: string;
        };
        /** @description What went, in rows. */
        ErasedRows: {
            /** Format: int64 */
            aliases: number;
            /** Format: int64 */
            days: number;
            /** Format: int64 */
            groups: number;
            /** Format: int64 */
            members: number;
            /** Format: int64 */
            nodes: number;
            /** Format: int64 */
            presence: number;
            /** Format: int64 */
            requests: number;
        };
        /**
         * @description That all about a member is erased. The same stands in the organization's audit log, at `seq`: `tmtpd audit verify`
         *     checks that nobody has changed it since.
         */
        ErasureReceipt: {
            /**
             * Format: date-time
             * @description When.
             */
            erased_at: string;
            /** @description By whom. */
            erased_by: string;
            /** @description SHA-256 over the line and the hash of the line before, in hexadecimal. */
            hash: string;
            /**
             * Format: int64
             * @description Whose log.
             */
            org: number;
            /** @description How many rows went, of each kind; aliases are retired, and days stay in sums without the member. */
            rows: components["schemas"]["ErasedRows"];
            /**
             * Format: int64
             * @description The place of the line in the log.
             */
            seq: number;
            /**
             * Format: int64
             * @description At which site.
             */
            site: number;
            /** @description Which member. */
            uid: string;
        };
        /** @description What there is at a site, and what waits there; each counted up to a million. */
        FiguresShown: {
            /**
             * Format: int64
             * @description Devices that are connected now.
             */
            connected: number;
            /** @description How long messages took today. */
            latency_today: components["schemas"]["LatencyShown"];
            /**
             * Format: int64
             * @description Members.
             */
            members: number;
            /**
             * Format: int64
             * @description Messages that members sent today, in UTC.
             */
            messages_today: number;
            /**
             * Format: int64
             * @description Their devices.
             */
            nodes: number;
            /**
             * Format: date-time
             * @description When the oldest message that waits was posted.
             */
            oldest_at?: string | null;
            /**
             * Format: int64
             * @description Messages that wait, once for each device.
             */
            queued: number;
            /**
             * Format: int64
             * @description Octets of the messages counted.
             */
            queued_octets: number;
            /**
             * Format: int64
             * @description Members who are suspended.
             */
            suspended: number;
        };
        /** @description Who forgot a password. */
        Forgotten: {
            /** @description The address of the account. */
            email: string;
        };
        /** @description A group. */
        GroupShown: {
            /** @description Its name. */
            gid: string;
            /**
             * Format: int64
             * @description How many have joined.
             */
            joined: number;
            /**
             * Format: int64
             * @description How many are on record: joined, invited or barred.
             */
            on_record: number;
        };
        /** @description Somebody in a group. */
        InGroupShown: {
            /** @description The alias that the group knows them by. */
            alias: string;
            /** @description `invited`, `joined` or `barred`. */
            status: string;
            /** @description Who. */
            uid: string;
        };
        /** @description What would come of an invitation. */
        InvitationChecked: {
            /** @description Whether it would be made. */
            made: boolean;
            /** @description Whether a mail with the link would be sent. */
            mailed: boolean;
            problem?: components["schemas"]["Problem"] | null;
        };
        /** @description A new invitation. */
        InvitationMade: components["schemas"]["InvitationShown"] & {
            /** @description The code, this once: it is kept as a hash only. Not there when the same request had made it before. */
            code?: string | null;
            /** @description Where the invited person is told what to do, with the code; as often shown as the code. */
            link?: string | null;
            /** @description Whether a mail with the link is on its way. */
            mailed: boolean;
        };
        /** @description An invitation to make. */
        InvitationNew: {
            /** @description What its member will be called; nobody else can take it meanwhile. Without, the member chooses. */
            alias?: string | null;
            /** @description Where it is sent, if mail is set up; kept to find it again. */
            email?: string | null;
            /**
             * Format: date-time
             * @description When it ends, within 366 days; without, after 14 days.
             */
            expires_at?: string | null;
            /** @description Whom it is for. */
            name?: string | null;
            /**
             * @description Refuse it where an invitation for this address is pending or was used: so a list that is sent again invites nobody
             *     twice.
             * @default false
             */
            unless_invited: boolean;
            /**
             * Format: int32
             * @description How many may register with it; 1 for one with an alias.
             * @default 1
             */
            uses: number;
        };
        /** @description An invitation. */
        InvitationShown: {
            /** @description What its member will be called. */
            alias?: string | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Where it was sent. */
            email?: string | null;
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at?: string | null;
            /**
             * Format: int64
             * @description Its id.
             */
            id: number;
            /** @description Who made it. */
            made_by: string;
            mail?: components["schemas"]["MailShown"] | null;
            /** @description Whom it is for. */
            name?: string | null;
            /**
             * Format: date-time
             * @description When it was revoked, if it was.
             */
            revoked_at?: string | null;
            /** @description `pending`, `used`, `expired` or `revoked`. */
            state: string;
            /**
             * Format: int32
             * @description How many can still register with it.
             */
            uses_left: number;
            /**
             * Format: int32
             * @description How many could at first.
             */
            uses_max: number;
        };
        /** @description Invitations to look through. */
        InvitationsAsked: {
            /** @description As each would be made, in their order. */
            invitations: components["schemas"]["InvitationNew"][];
        };
        /** @description What would come of invitations. */
        InvitationsChecked: {
            /** @description What would come of each. */
            items: components["schemas"]["InvitationChecked"][];
            /**
             * Format: int32
             * @description How many members more the site may have.
             */
            members_free: number;
            /** @description Whether mail is set up; without, whoever invites hands each link over. */
            sends_mail: boolean;
            /** @description Whether the site's policy lets people with an invitation in. */
            takes_invitations: boolean;
        };
        /** @description A new key. */
        KeyMade: components["schemas"]["KeyShown"] & {
            /** @description The key itself, this once: it is kept as a hash only. Not there when the same request had made it before. */
            key?: string | null;
        };
        /** @description A key to make. */
        KeyNew: {
            /**
             * Format: date-time
             * @description When it ends; without, never.
             */
            expires_at?: string | null;
            /** @description What it is called: who or what will use it. */
            name: string;
            /** @description What it may do. Owners and admins are for organizations, operators for the provider. */
            role: string;
            /**
             * Format: int64
             * @description The one site that it is for: it reaches what is under that site's path and nothing else. Without: all that is the
             *     organization's.
             */
            site?: number | null;
        };
        /** @description An API key, without itself. */
        KeyShown: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ends, if it does.
             */
            expires_at?: string | null;
            /** @description Its first letters. */
            hint: string;
            /**
             * Format: int64
             * @description Its id.
             */
            id: number;
            /** @description Who made it. */
            made_by: string;
            /** @description What it is called. */
            name: string;
            /**
             * Format: date-time
             * @description When it was revoked, if it was.
             */
            revoked_at?: string | null;
            /** @description What it may do: `owner`, `admin`, `support`, `auditor`; the provider's: `operator`, `support`, `auditor`. */
            role: string;
            /**
             * Format: int64
             * @description The one site that it is for; none: all that is the organization's.
             */
            site?: number | null;
            /**
             * Format: date-time
             * @description When it was used last, to the minute.
             */
            used_at?: string | null;
        };
        /**
         * @description How long messages took, from when the site had taken them to the ack of a device that was connected all the time: what had to
         *     wait for its device is not counted. Added every ten seconds.
         */
        LatencyShown: {
            /**
             * Format: int64
             * @description Messages counted, once for each device.
             */
            deliveries: number;
            /**
             * Format: int64
             * @description Half of them took this many milliseconds at most, of the times above; none where that is more than half a minute, or
             *     nothing was counted.
             */
            p50_ms?: number | null;
            /**
             * Format: int64
             * @description And 95 of a hundred.
             */
            p95_ms?: number | null;
            /**
             * Format: int64
             * @description How many of them took a tenth of a second at most.
             */
            within_100ms: number;
            /**
             * Format: int64
             * @description A second at most.
             */
            within_1s: number;
            /**
             * Format: int64
             * @description Half a minute at most.
             */
            within_30s: number;
            /**
             * Format: int64
             * @description Half a second at most.
             */
            within_500ms: number;
            /**
             * Format: int64
             * @description Five seconds at most.
             */
            within_5s: number;
        };
        /** @description What an organization may have. */
        Limits: {
            /**
             * Format: int32
             * @description Most members that a site may allow.
             */
            members_max: number;
            /**
             * Format: int64
             * @description Most octets of data in one message that a site may allow.
             */
            message_octets_max: number;
            /**
             * Format: int64
             * @description Most messages a day that a site may allow.
             */
            messages_per_day_max: number;
            /**
             * Format: int32
             * @description Most devices of a member that a site may allow.
             */
            nodes_per_member_max: number;
            /**
             * Format: int64
             * @description Most octets waiting for one device that a site may allow.
             */
            queued_octets_max: number;
            /**
             * Format: int32
             * @description Most sites.
             */
            sites_max: number;
        };
        /** @description A link to follow. */
        LinkFollowed: {
            /** @description A code of the second factor, or a recovery code, where there is one. */
            code?: string | null;
            /** @description The first operator's address. */
            email?: string | null;
            /** @description What to be called. */
            name?: string | null;
            /** @description The password that is chosen, where one is needed. */
            password?: string | null;
            /** @description What the link carries. */
            token: string;
        };
        /** @description A link to look at. */
        LinkGiven: {
            /** @description What the link carries. */
            token: string;
        };
        /** @description What a link is for. */
        LinkShown: {
            /** @description Whose; none for the first operator, who says it. */
            email?: string | null;
            /** @description What they are called, if they are. */
            name?: string | null;
            /** @description They have a second factor, whose code is needed. */
            needs_code: boolean;
            /** @description Whoever follows it chooses a password. */
            needs_password: boolean;
            /** @description The organization that they administer; none for the provider. */
            org_name?: string | null;
            /** @description `demo`, `first`, `invitation` or `reset`. */
            purpose: string;
        };
        /** @description A page of a list. */
        Listed_AliasShown: {
            /** @description The items. */
            items: {
                /** @description The alias. */
                alias: string;
                /**
                 * Format: int64
                 * @description The invitation that keeps it for whoever registers with it.
                 */
                invitation?: number | null;
                /** @description Kept for a member to come. */
                reserved: boolean;
                /** @description Whose it is; nobody's when it is reserved, an invitation keeps it, or it was retired and is never given again. */
                uid?: string | null;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_DeedShown: {
            /** @description The items. */
            items: {
                /** @description What. */
                action: string;
                /** @description Who did it. */
                actor: string;
                /** @description From which address. */
                address: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description What is after, as far as it changed. */
                became?: Record<string, never> | null;
                /** @description SHA-256 over this row and the hash of the row before, in hexadecimal. */
                hash: string;
                /**
                 * Format: int64
                 * @description Its place in the log.
                 */
                seq: number;
                /**
                 * Format: int64
                 * @description At which site.
                 */
                site?: number | null;
                /** @description To what: an id or a uid. */
                target: string;
                /** @description What was before, as far as it changed. */
                was?: Record<string, never> | null;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_GroupShown: {
            /** @description The items. */
            items: {
                /** @description Its name. */
                gid: string;
                /**
                 * Format: int64
                 * @description How many have joined.
                 */
                joined: number;
                /**
                 * Format: int64
                 * @description How many are on record: joined, invited or barred.
                 */
                on_record: number;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_InGroupShown: {
            /** @description The items. */
            items: {
                /** @description The alias that the group knows them by. */
                alias: string;
                /** @description `invited`, `joined` or `barred`. */
                status: string;
                /** @description Who. */
                uid: string;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_InvitationShown: {
            /** @description The items. */
            items: {
                /** @description What its member will be called. */
                alias?: string | null;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /** @description Where it was sent. */
                email?: string | null;
                /**
                 * Format: date-time
                 * @description When it ends.
                 */
                expires_at?: string | null;
                /**
                 * Format: int64
                 * @description Its id.
                 */
                id: number;
                /** @description Who made it. */
                made_by: string;
                mail?: components["schemas"]["MailShown"] | null;
                /** @description Whom it is for. */
                name?: string | null;
                /**
                 * Format: date-time
                 * @description When it was revoked, if it was.
                 */
                revoked_at?: string | null;
                /** @description `pending`, `used`, `expired` or `revoked`. */
                state: string;
                /**
                 * Format: int32
                 * @description How many can still register with it.
                 */
                uses_left: number;
                /**
                 * Format: int32
                 * @description How many could at first.
                 */
                uses_max: number;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_KeyShown: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it ends, if it does.
                 */
                expires_at?: string | null;
                /** @description Its first letters. */
                hint: string;
                /**
                 * Format: int64
                 * @description Its id.
                 */
                id: number;
                /** @description Who made it. */
                made_by: string;
                /** @description What it is called. */
                name: string;
                /**
                 * Format: date-time
                 * @description When it was revoked, if it was.
                 */
                revoked_at?: string | null;
                /** @description What it may do: `owner`, `admin`, `support`, `auditor`; the provider's: `operator`, `support`, `auditor`. */
                role: string;
                /**
                 * Format: int64
                 * @description The one site that it is for; none: all that is the organization's.
                 */
                site?: number | null;
                /**
                 * Format: date-time
                 * @description When it was used last, to the minute.
                 */
                used_at?: string | null;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_MemberShown: {
            /** @description The items. */
            items: {
                /** @description Its aliases, the first hundred. */
                aliases: string[];
                /**
                 * Format: date-time
                 * @description When it registered.
                 */
                created_at: string;
                /**
                 * Format: int64
                 * @description How many devices it has.
                 */
                node_count: number;
                /** @description Who it is there was forgotten: whoever signs in next by one of its devices is the member. */
                signs_in_anew: boolean;
                /** @description The issuer of the provider that it signs in at, if one vouched for it. */
                signs_in_at?: string | null;
                /** @description It may not log in. */
                suspended: boolean;
                /** @description Its uid. */
                uid: string;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_NodeShown: {
            /** @description The items. */
            items: {
                /** @description It is connected. */
                connected: boolean;
                /**
                 * Format: date-time
                 * @description When it was added.
                 */
                created_at: string;
                /**
                 * Format: int64
                 * @description Its id.
                 */
                id: number;
                /** @description What its member calls it. */
                label: string;
                /**
                 * Format: date-time
                 * @description When the oldest message that waits was posted.
                 */
                oldest_at?: string | null;
                /**
                 * Format: int64
                 * @description Messages that wait for it, counted up to 10000.
                 */
                queued: number;
                /**
                 * Format: int64
                 * @description Octets of the messages counted.
                 */
                queued_octets: number;
                /**
                 * Format: date-time
                 * @description When it logged in last.
                 */
                seen_at: string;
                /**
                 * Format: date-time
                 * @description When its member signed in last at a provider, by it or by the device that added it.
                 */
                signed_in_at?: string | null;
                /** @description Whose it is. */
                uid: string;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_OrgShown: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /**
                 * Format: int64
                 * @description Its id.
                 */
                id: number;
                /** @description What it may have. */
                limits: components["schemas"]["Limits"];
                /** @description What it is called. */
                name: string;
                /**
                 * Format: int64
                 * @description Its version; the ETag in quotation marks.
                 */
                version: number;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_PasskeyShown: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was added.
                 */
                created_at: string;
                /**
                 * Format: int64
                 * @description Its id.
                 */
                id: number;
                /** @description What you call it. */
                label: string;
                /**
                 * Format: date-time
                 * @description When you signed in with it last; none where you never did.
                 */
                used_at?: string | null;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_ProviderShown: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was added.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description Since when its keys cannot be had: soon nobody can register through it. It is looked at every ten minutes.
                 */
                down_since?: string | null;
                /** @description Why not, and what to do. */
                fault?: string | null;
                /**
                 * Format: int64
                 * @description Its id.
                 */
                id: number;
                /** @description Who it says it is. */
                issuer: string;
                /** @description What members are shown. */
                label: string;
                /** @description Its settings, all of them. */
                settings: Record<string, never>;
                /**
                 * Format: int64
                 * @description Its version; the ETag in quotation marks.
                 */
                version: number;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_SessionShown: {
            /** @description The items. */
            items: {
                /** @description From which address it began. */
                address: string;
                /** @description What the browser says that it is. */
                agent: string;
                /**
                 * Format: date-time
                 * @description When it began.
                 */
                created_at: string;
                /** @description It is the one of this request. */
                current: boolean;
                /**
                 * Format: int64
                 * @description Its id.
                 */
                id: number;
                /**
                 * Format: date-time
                 * @description When it was used last, to the minute.
                 */
                used_at: string;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_SiteShown: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When it is erased, where it is closed.
                 */
                closing_at?: string | null;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /** @description The provider suspended it: its organization cannot resume it. */
                held: boolean;
                /** @description The host names that lead to it. */
                hosts: string[];
                /**
                 * Format: int64
                 * @description Its id.
                 */
                id: number;
                /** @description What clients are shown. */
                name: string;
                /**
                 * Format: int64
                 * @description Whose it is.
                 */
                org: number;
                /** @description Its settings, all of them. */
                settings: Record<string, never>;
                /** @description The name of the database that it is in; for operators, and not there for others. */
                shard?: string | null;
                /** @description Nobody may register or log in. */
                suspended: boolean;
                /**
                 * Format: int64
                 * @description Its version; the ETag in quotation marks.
                 */
                version: number;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_UserProviderShown: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When it was added.
                 */
                created_at: string;
                /**
                 * Format: int64
                 * @description Its id.
                 */
                id: number;
                /** @description Who it says it is. */
                issuer: string;
                /** @description What people are shown. */
                label: string;
                /** @description The redirect address to register at the provider, exactly so. */
                redirect_url: string;
                /** @description Its settings. */
                settings: components["schemas"]["UserProviderRules"];
                /**
                 * Format: int64
                 * @description Its version; the ETag in quotation marks.
                 */
                version: number;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description A page of a list. */
        Listed_UserShown: {
            /** @description The items. */
            items: {
                /**
                 * Format: date-time
                 * @description When they were invited.
                 */
                created_at: string;
                /** @description The address that they sign in with. */
                email: string;
                /** @description They chose a password. */
                has_password: boolean;
                /** @description They have a second factor. */
                has_totp: boolean;
                /**
                 * Format: int64
                 * @description Their id.
                 */
                id: number;
                mail?: components["schemas"]["MailShown"] | null;
                /** @description What they are called. */
                name: string;
                /** @description What they may do: `owner`, `admin`, `support`, `auditor`; the provider's: `operator`, `support`, `auditor`. */
                role: string;
                /**
                 * Format: date-time
                 * @description When they signed in last, if they ever did.
                 */
                signed_in_at?: string | null;
                /** @description They may not sign in. */
                suspended: boolean;
                /**
                 * Format: int64
                 * @description Their version; the ETag in quotation marks.
                 */
                version: number;
            }[];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
        };
        /** @description What became of the last mail to somebody who was invited. */
        MailShown: {
            /**
             * Format: date-time
             * @description Since when.
             */
            since: string;
            /** @description `waiting` to be sent, `handed-over` to the mail server, or `failed`. */
            state: string;
            /** @description Why it failed, in the mail server's words. */
            why?: string | null;
        };
        /** @description Who you are. */
        Me: {
            /** @description The address that you sign in with. */
            email?: string | null;
            /** @description Whether you have a password; not of keys. Where mail is set up, a first one is chosen by a link that comes by mail. */
            has_password?: boolean | null;
            /** @description Whether you have a second factor; not of keys. */
            has_totp?: boolean | null;
            /** @description `user` or `key`. */
            kind: string;
            /** @description What you, or the key, are called. */
            name: string;
            /**
             * Format: int64
             * @description The organization that you act for; none for the provider's.
             */
            org?: number | null;
            /** @description What it is called. */
            org_name?: string | null;
            /** @description What you may do. */
            role: string;
            /** @description Whether mail is sent here. */
            sends_mail: boolean;
            /**
             * Format: int64
             * @description The one site that the key is for; none: all that is the organization's.
             */
            site?: number | null;
            /**
             * Format: int32
             * @description The port at which members reach sites.
             */
            tmtp_port: number;
        };
        /** @description A member. */
        MemberShown: {
            /** @description Its aliases, the first hundred. */
            aliases: string[];
            /**
             * Format: date-time
             * @description When it registered.
             */
            created_at: string;
            /**
             * Format: int64
             * @description How many devices it has.
             */
            node_count: number;
            /** @description Who it is there was forgotten: whoever signs in next by one of its devices is the member. */
            signs_in_anew: boolean;
            /** @description The issuer of the provider that it signs in at, if one vouched for it. */
            signs_in_at?: string | null;
            /** @description It may not log in. */
            suspended: boolean;
            /** @description Its uid. */
            uid: string;
        };
        /** @description A member with its devices. */
        MemberWithNodes: components["schemas"]["MemberShown"] & {
            /** @description Its devices. */
            nodes: components["schemas"]["NodeShown"][];
        };
        /** @description A member's device. */
        NodeShown: {
            /** @description It is connected. */
            connected: boolean;
            /**
             * Format: date-time
             * @description When it was added.
             */
            created_at: string;
            /**
             * Format: int64
             * @description Its id.
             */
            id: number;
            /** @description What its member calls it. */
            label: string;
            /**
             * Format: date-time
             * @description When the oldest message that waits was posted.
             */
            oldest_at?: string | null;
            /**
             * Format: int64
             * @description Messages that wait for it, counted up to 10000.
             */
            queued: number;
            /**
             * Format: int64
             * @description Octets of the messages counted.
             */
            queued_octets: number;
            /**
             * Format: date-time
             * @description When it logged in last.
             */
            seen_at: string;
            /**
             * Format: date-time
             * @description When its member signed in last at a provider, by it or by the device that added it.
             */
            signed_in_at?: string | null;
            /** @description Whose it is. */
            uid: string;
        };
        /** @description An organization to make. */
        OrgNew: {
            limits?: components["schemas"]["SomeLimits"] | null;
            /** @description What it is called. */
            name: string;
        };
        /** @description What to change of an organization; what is left out stays. */
        OrgPatch: {
            limits?: components["schemas"]["SomeLimits"] | null;
            /** @description What it is called. */
            name?: string | null;
        };
        /** @description An organization. */
        OrgShown: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: int64
             * @description Its id.
             */
            id: number;
            /** @description What it may have. */
            limits: components["schemas"]["Limits"];
            /** @description What it is called. */
            name: string;
            /**
             * Format: int64
             * @description Its version; the ETag in quotation marks.
             */
            version: number;
        };
        /** @description What a device signed. */
        PasskeyAnswer: {
            /** @description What `navigator.credentials.get` gave, as its `toJSON` writes it. */
            credential: Record<string, never>;
        };
        /** @description A passkey that a device made. */
        PasskeyNew: {
            /** @description What `navigator.credentials.create` gave, as its `toJSON` writes it. */
            credential: Record<string, never>;
            /** @description What to call it. */
            label: string;
        };
        /** @description What the browser is to ask a device. */
        PasskeyQuestion: {
            /**
             * @description For `navigator.credentials`, with octets as base64url: its `publicKey` is what `parseCreationOptionsFromJSON` and
             *     `parseRequestOptionsFromJSON` take.
             */
            options: Record<string, never>;
        };
        /** @description One of your passkeys. */
        PasskeyShown: {
            /**
             * Format: date-time
             * @description When it was added.
             */
            created_at: string;
            /**
             * Format: int64
             * @description Its id.
             */
            id: number;
            /** @description What you call it. */
            label: string;
            /**
             * Format: date-time
             * @description When you signed in with it last; none where you never did.
             */
            used_at?: string | null;
        };
        /** @description That it is you. */
        PasswordGiven: {
            /** @description Your password. */
            password: string;
        };
        /** @description That it is you. */
        PasswordIfAny: {
            /** @description Your password, where you have one. */
            password?: string | null;
        };
        /** @description A new password. */
        PasswordNew: {
            /** @description The new one. */
            new: string;
            /** @description The one before; not needed where there is none. */
            old?: string | null;
        };
        /** @description What went wrong, and what to do (RFC 9457). */
        Problem: {
            /** @description This very problem, and what to do about it. */
            detail: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The same in a few words. */
            title: string;
            /** @description Names the kind of problem, for programs: `urn:tmtp:problem:stale`. */
            type: string;
        };
        /** @description What a look at a provider gave. */
        ProviderChecked: {
            /** @description Why not, and what to do. */
            detail?: string | null;
            /** @description Whether its keys can be had. */
            reachable: boolean;
        };
        /** @description A provider to add. */
        ProviderNew: {
            /** @description Who it says it is (`iss`): its address. */
            issuer: string;
            /** @description What members are shown. */
            label: string;
            /** @description The rest. */
            settings: components["schemas"]["ProviderSet"];
        };
        /** @description What to change. */
        ProviderPatch: {
            /** @description Who it says it is. */
            issuer?: string | null;
            /** @description What members are shown. */
            label?: string | null;
            /** @description The rest. */
            settings?: components["schemas"]["ProviderSet"];
        };
        /** @description What can be set of a provider. What is left out is found where it publishes it, or stays. */
        ProviderSet: {
            /** @description For whom its tokens may be (`aud`); without, for `client_id`. */
            audiences?: string[] | null;
            /** @description What this service is called at the provider. */
            client_id?: string | null;
            /** @description Only who has a verified e-mail address at one of these domains. */
            email_domains?: string[] | null;
            /** @description Only who is in one of these groups. */
            groups?: string[] | null;
            /** @description The claim that lists groups; `groups` at first. */
            groups_claim?: string | null;
            /** @description Where its keys are. */
            keys_url?: string | null;
            /** @description More parameters of the login address, as `prompt=login`. Everybody can see them. */
            login_params?: string | null;
            /** @description Where members sign in. */
            login_url?: string | null;
            /** @description What is asked for; `openid email` at first. */
            scopes?: string | null;
            /** @description More parameters of the token's form. Everybody can see them. */
            token_params?: string | null;
            /** @description Where their clients get the token. */
            token_url?: string | null;
        };
        /** @description A provider. */
        ProviderShown: {
            /**
             * Format: date-time
             * @description When it was added.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description Since when its keys cannot be had: soon nobody can register through it. It is looked at every ten minutes.
             */
            down_since?: string | null;
            /** @description Why not, and what to do. */
            fault?: string | null;
            /**
             * Format: int64
             * @description Its id.
             */
            id: number;
            /** @description Who it says it is. */
            issuer: string;
            /** @description What members are shown. */
            label: string;
            /** @description Its settings, all of them. */
            settings: Record<string, never>;
            /**
             * Format: int64
             * @description Its version; the ETag in quotation marks.
             */
            version: number;
        };
        /** @description What to come in with when the authenticator is lost. */
        RecoveryCodes: {
            /** @description Each works once. They are shown this once. */
            recovery_codes: string[];
        };
        /** @description Where somebody is signed in. */
        SessionShown: {
            /** @description From which address it began. */
            address: string;
            /** @description What the browser says that it is. */
            agent: string;
            /**
             * Format: date-time
             * @description When it began.
             */
            created_at: string;
            /** @description It is the one of this request. */
            current: boolean;
            /**
             * Format: int64
             * @description Its id.
             */
            id: number;
            /**
             * Format: date-time
             * @description When it was used last, to the minute.
             */
            used_at: string;
        };
        /** @description How long a site is to be closed before it is erased. */
        SiteClose: {
            /**
             * Format: int32
             * @description Days; 30 where it is left out. 0: now.
             */
            grace_days?: number | null;
        };
        /** @description A site to make. */
        SiteNew: {
            /** @description The host names that are to lead to it. */
            hosts: string[];
            /** @description What clients are shown. */
            name: string;
            /** @description Settings that differ from the defaults, as `{"registration": "open"}`. */
            settings?: Record<string, never> | null;
        };
        /** @description What to change of a site; what is left out stays. */
        SitePatch: {
            /** @description The host names that are to lead to it, in place of those that do. */
            hosts?: string[] | null;
            /** @description What clients are shown. */
            name?: string | null;
            /** @description Settings to change. */
            settings?: Record<string, never> | null;
        };
        /** @description A site. */
        SiteShown: {
            /**
             * Format: date-time
             * @description When it is erased, where it is closed.
             */
            closing_at?: string | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description The provider suspended it: its organization cannot resume it. */
            held: boolean;
            /** @description The host names that lead to it. */
            hosts: string[];
            /**
             * Format: int64
             * @description Its id.
             */
            id: number;
            /** @description What clients are shown. */
            name: string;
            /**
             * Format: int64
             * @description Whose it is.
             */
            org: number;
            /** @description Its settings, all of them. */
            settings: Record<string, never>;
            /** @description The name of the database that it is in; for operators, and not there for others. */
            shard?: string | null;
            /** @description Nobody may register or log in. */
            suspended: boolean;
            /**
             * Format: int64
             * @description Its version; the ETag in quotation marks.
             */
            version: number;
        };
        /** @description Limits to set; those left out stay, or are the defaults. */
        SomeLimits: {
            /**
             * Format: int32
             * @description Most members that a site may allow.
             */
            members_max?: number | null;
            /**
             * Format: int64
             * @description Most octets of data in one message that a site may allow.
             */
            message_octets_max?: number | null;
            /**
             * Format: int64
             * @description Most messages a day that a site may allow.
             */
            messages_per_day_max?: number | null;
            /**
             * Format: int32
             * @description Most devices of a member that a site may allow.
             */
            nodes_per_member_max?: number | null;
            /**
             * Format: int64
             * @description Most octets waiting for one device that a site may allow.
             */
            queued_octets_max?: number | null;
            /**
             * Format: int32
             * @description Most sites.
             */
            sites_max?: number | null;
        };
        /** @description A page of all sites, and what they are together. */
        SurveyShown: {
            /** @description What there is at all of them together, those that are known. */
            all: components["schemas"]["FiguresShown"];
            /**
             * @description The sites: first those whose database does not answer, then those where a message has waited longest, then those
             *     where most messages wait.
             */
            items: components["schemas"]["SurveyedShown"][];
            /** @description The cursor of the next page; none on the last. */
            next?: string | null;
            /**
             * Format: int64
             * @description How many sites there are.
             */
            sites: number;
            /**
             * Format: int64
             * @description How many of them are suspended.
             */
            sites_suspended: number;
            /**
             * Format: int64
             * @description How many of them are in a database that does not answer.
             */
            sites_unknown: number;
        };
        /** @description A site as those see it who look after all of them. */
        SurveyedShown: {
            /**
             * Format: date-time
             * @description When it is erased, where it is closed.
             */
            closing_at?: string | null;
            figures?: components["schemas"]["FiguresShown"] | null;
            /** @description The provider suspended it: its organization cannot resume it. */
            held: boolean;
            /**
             * Format: int64
             * @description Its id.
             */
            id: number;
            /** @description What clients are shown. */
            name: string;
            /**
             * Format: int64
             * @description Whose it is.
             */
            org: number;
            /** @description What that is called. */
            org_name: string;
            /** @description Nobody may register or log in. */
            suspended: boolean;
        };
        /** @description A second factor that is offered. */
        TotpOffer: {
            /** @description For an authenticator, by hand. */
            secret: string;
            /** @description For its camera, as a QR code. */
            uri: string;
        };
        /** @description What was done on a day. */
        UsageDayShown: {
            /**
             * Format: int64
             * @description Members who logged in on that day, or stayed connected from the day before.
             */
            active: number;
            /**
             * Format: date
             * @description Which, in UTC.
             */
            day: string;
            /** @description How long messages took. */
            latency: components["schemas"]["LatencyShown"];
            /**
             * Format: int64
             * @description Most links at one time, looked at every minute.
             */
            links_peak: number;
            /**
             * Format: int64
             * @description Members, when they were last counted on that day; every ten minutes. None: they were not counted yet.
             */
            members?: number | null;
            /**
             * Format: int64
             * @description Messages that members sent and that were taken: posts, pings and invitations to groups.
             */
            messages: number;
            /**
             * Format: int64
             * @description Octets of their data.
             */
            octets: number;
        };
        /** @description Day by day. Days on which nothing was counted are left out. */
        UsageShown: {
            /** @description In ascending order. */
            days: components["schemas"]["UsageDayShown"][];
            /**
             * Format: date
             * @description The first day asked for.
             */
            from: string;
            /**
             * Format: int64
             * @description Messages on all of them.
             */
            messages: number;
            /**
             * Format: int64
             * @description Octets on all of them.
             */
            octets: number;
            /**
             * Format: date
             * @description The last one.
             */
            to: string;
        };
        /** @description Somebody with a link to choose a password. */
        UserLinked: components["schemas"]["UserShown"] & {
            /**
             * @description The link, this once, where no mail is set up: with mail it goes to them alone. Not there either when the same request
             *     had made it before.
             */
            link?: string | null;
            /** @description It goes to them by mail. `mail` tells why it cannot. */
            mailed: boolean;
        };
        /** @description Somebody to invite. */
        UserNew: {
            /** @description The address that they will sign in with. */
            email: string;
            /** @description What they are called; without, they say so themselves. */
            name?: string | null;
            /** @description What they may do. Owners and admins are for organizations, operators for the provider. */
            role: string;
        };
        /** @description What to change of a user; what is left out stays. Nobody demotes or suspends themselves. */
        UserPatch: {
            /** @description What they are called. */
            name?: string | null;
            /** @description What they may do. */
            role?: string | null;
            /** @description They may not sign in; their sessions and links end. */
            suspended?: boolean | null;
        };
        /** @description A provider to add. */
        UserProviderNew: {
            /** @description Who it says it is (`iss`): its address. Where its parts are is looked up there. */
            issuer: string;
            /** @description What people are shown: “Sign in with …”. */
            label: string;
            /** @description The set. */
            settings: components["schemas"]["UserProviderSet"];
        };
        /** @description What to change. */
        UserProviderPatch: {
            /** @description Who it says it is. Given, it is looked up anew. */
            issuer?: string | null;
            /** @description What people are shown. */
            label?: string | null;
            /** @description The set. */
            settings?: components["schemas"]["UserProviderSet"];
        };
        /** @description Settings of a provider that people sign in with. */
        UserProviderRules: {
            /** @description What this service is called there. */
            client_id: string;
            /** @description Only people whose address is at one of these domains. */
            email_domains: string[];
            /** @description This service proves itself with a secret there. */
            has_secret: boolean;
            /** @description What people may do who are made at their first sign-in; empty: nobody is made. */
            new_people_role: string;
            /** @description The organization's people have no other way in, but for its owners. */
            only_way_in: boolean;
            /** @description The provider asks for a second factor. */
            second_factor_there: boolean;
        };
        /** @description What can be set of a provider; what is left out stays. */
        UserProviderSet: {
            /** @description What this service is called at the provider. */
            client_id?: string | null;
            /** @description What it proves itself with there; it is never shown. Empty: nothing, PKCE is enough. */
            client_secret?: string | null;
            /** @description Only people whose address is at one of these domains; at least one. */
            email_domains?: string[] | null;
            /**
             * @description What people may do who are made at their first sign-in: `admin`, `support` or `auditor`. Empty, as at first: nobody is
             *     made, people are invited.
             */
            new_people_role?: string | null;
            /** @description The organization's people sign in at its providers only. Owners can always use their password. */
            only_way_in?: boolean | null;
            /** @description The provider asks for a second factor: people's own is not asked for. */
            second_factor_there?: boolean | null;
        };
        /** @description A provider that people sign in with. */
        UserProviderShown: {
            /**
             * Format: date-time
             * @description When it was added.
             */
            created_at: string;
            /**
             * Format: int64
             * @description Its id.
             */
            id: number;
            /** @description Who it says it is. */
            issuer: string;
            /** @description What people are shown. */
            label: string;
            /** @description The redirect address to register at the provider, exactly so. */
            redirect_url: string;
            /** @description Its settings. */
            settings: components["schemas"]["UserProviderRules"];
            /**
             * Format: int64
             * @description Its version; the ETag in quotation marks.
             */
            version: number;
        };
        /** @description Somebody who administers. */
        UserShown: {
            /**
             * Format: date-time
             * @description When they were invited.
             */
            created_at: string;
            /** @description The address that they sign in with. */
            email: string;
            /** @description They chose a password. */
            has_password: boolean;
            /** @description They have a second factor. */
            has_totp: boolean;
            /**
             * Format: int64
             * @description Their id.
             */
            id: number;
            mail?: components["schemas"]["MailShown"] | null;
            /** @description What they are called. */
            name: string;
            /** @description What they may do: `owner`, `admin`, `support`, `auditor`; the provider's: `operator`, `support`, `auditor`. */
            role: string;
            /**
             * Format: date-time
             * @description When they signed in last, if they ever did.
             */
            signed_in_at?: string | null;
            /** @description They may not sign in. */
            suspended: boolean;
            /**
             * Format: int64
             * @description Their version; the ETag in quotation marks.
             */
            version: number;
        };
        /** @description Whether a log is as it was written. */
        VerdictShown: {
            /**
             * Format: int64
             * @description The first row that was changed or is missing, when it is not whole.
             */
            broken_at?: number | null;
            /**
             * @description The hash of the last row, when it is whole. Note it down elsewhere: whoever can write to the database could make
             *     a whole new log, but not one with this hash.
             */
            head?: string | null;
            /**
             * Format: int64
             * @description How many rows there are, when it is whole.
             */
            rows?: number | null;
            /** @description Every row is as it was written, and none is missing. */
            whole: boolean;
        };
        /** @description A way in. */
        Way: {
            /**
             * Format: int64
             * @description The provider's id.
             */
            id: number;
            /** @description What people know it as. */
            label: string;
        };
        /** @description The ways in over a provider. */
        Ways: {
            /** @description The providers, none where there is only the password. */
            providers: components["schemas"]["Way"][];
        };
        /** @description Who looks for a way in. */
        WaysWanted: {
            /** @description The address of the account. */
            email: string;
            /**
             * Format: int64
             * @description The id of the organization whose account it is. Without, it is the one that the address belongs to.
             */
            org?: number | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMyPasskeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_PasskeyShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addMyPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyNew"];
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description For browsers: what to keep, or to forget */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    offerMyPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordIfAny"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description For browsers: what to keep, or to forget */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyQuestion"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeMyPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                passkey: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordIfAny"];
            };
        };
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setMyPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordNew"];
            };
        };
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMySessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_SessionShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endMySession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                session: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    offerMyTotp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordGiven"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotpOffer"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeMyTotp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordGiven"];
            };
        };
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    confirmMyTotp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Code"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listOrgs: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Part of a name, in either case of the letters A to Z. */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_OrgShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createOrg: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again makes nothing new */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrgNew"];
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description `true` where the same Idempotency-Key had made it before; else there is none */
                    "Idempotency-Replayed"?: string;
                    /** @description The path of what was made */
                    Location?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showOrg: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeOrg: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeOrg: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that you read, or `*` */
                "If-Match": string;
            };
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OrgPatch"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Actions that begin like this: `member.` or `site.suspend`. */
                action?: string;
                /** @description By this actor, exactly as it is shown. */
                actor?: string;
                /** @description At this site. */
                site?: number;
                /** @description From this time on. */
                since?: string;
                /** @description Before this time. */
                until?: string;
            };
            header?: never;
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_DeedShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportAudit: {
        parameters: {
            query?: {
                /** @description Actions that begin like this: `member.` or `site.suspend`. */
                action?: string;
                /** @description By this actor, exactly as it is shown. */
                actor?: string;
                /** @description At this site. */
                site?: number;
                /** @description From this time on. */
                since?: string;
                /** @description Before this time. */
                until?: string;
            };
            header?: never;
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["DeedShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyAudit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerdictShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_KeyShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again makes nothing new */
                "Idempotency-Key"?: string | null;
            };
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyNew"];
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    /** @description `true` where the same Idempotency-Key had made it before; else there is none */
                    "Idempotency-Replayed"?: string;
                    /** @description The path of what was made */
                    Location?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyMade"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                key: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                key: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    scrapeFigures: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProviders: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_ProviderShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again makes nothing new */
                "Idempotency-Key"?: string | null;
            };
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderNew"];
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description `true` where the same Idempotency-Key had made it before; else there is none */
                    "Idempotency-Replayed"?: string;
                    /** @description The path of what was made */
                    Location?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                provider: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                provider: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeProvider: {
        parameters: {
            query?: never;
            header: {
                "If-Match": string;
            };
            path: {
                org: number;
                provider: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderPatch"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                provider: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderChecked"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSites: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Part of a name, in either case of the letters A to Z. */
                q?: string;
            };
            header?: never;
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_SiteShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSite: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again makes nothing new */
                "Idempotency-Key"?: string | null;
            };
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SiteNew"];
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description `true` where the same Idempotency-Key had made it before; else there is none */
                    "Idempotency-Replayed"?: string;
                    /** @description The path of what was made */
                    Location?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showSite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeSite: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that you read, or `*` */
                "If-Match": string;
            };
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SitePatch"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAliases: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Part of a name, in either case of the letters A to Z. */
                q?: string;
            };
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_AliasShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    keepAlias: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AliasNew"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    freeAlias: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                alias: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retireAlias: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                alias: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showCertificate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificateState"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setCertificate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CertificateNew"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificateState"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeCertificate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    issueCertificates: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CertificateState"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stopIssuingCertificates: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    closeSite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SiteClose"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showFigures: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FiguresShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listGroups: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Part of a name, in either case of the letters A to Z. */
                q?: string;
            };
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_GroupShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                gid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listGroupMembers: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                org: number;
                site: number;
                gid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_InGroupShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dropFromGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                gid: string;
                uid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listInvitations: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Part of a name, in either case of the letters A to Z. */
                q?: string;
                /** @description Only those that stand like this. */
                state?: string;
            };
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_InvitationShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again makes nothing new */
                "Idempotency-Key"?: string | null;
            };
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationNew"];
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    /** @description `true` where the same Idempotency-Key had made it before; else there is none */
                    "Idempotency-Replayed"?: string;
                    /** @description The path of what was made */
                    Location?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationMade"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkInvitations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationsAsked"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationsChecked"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                invitation: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                invitation: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    mailInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                invitation: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationMade"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMembers: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Part of a name, in either case of the letters A to Z. */
                q?: string;
                /** @description Only those who are suspended, or only those who are not. */
                suspended?: boolean;
            };
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_MemberShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                uid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberWithNodes"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                uid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    eraseMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                uid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureReceipt"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                uid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description What the file is to be called */
                    "Content-Disposition"?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forgetSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                uid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                uid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suspendMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                uid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listNodes: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Only those that are connected, those that are away, or those that messages wait for (`awaited`). */
                state?: string;
            };
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_NodeShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showNode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                node: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeNode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
                node: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reopenSite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeSite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    suspendSite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showUsage: {
        parameters: {
            query?: {
                /** @description The first day, in UTC; 29 days before the last where it is left out. */
                from?: string;
                /** @description The last day; today where it is left out. */
                to?: string;
            };
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportUsage: {
        parameters: {
            query?: {
                /** @description The first day, in UTC; 29 days before the last where it is left out. */
                from?: string;
                /** @description The last day; today where it is left out. */
                to?: string;
            };
            header?: never;
            path: {
                org: number;
                site: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description What the file is to be called */
                    "Content-Disposition"?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showOrgUsage: {
        parameters: {
            query?: {
                /** @description The first day, in UTC; 29 days before the last where it is left out. */
                from?: string;
                /** @description The last day; today where it is left out. */
                to?: string;
            };
            header?: never;
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportOrgUsage: {
        parameters: {
            query?: {
                /** @description The first day, in UTC; 29 days before the last where it is left out. */
                from?: string;
                /** @description The last day; today where it is left out. */
                to?: string;
            };
            header?: never;
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description What the file is to be called */
                    "Content-Disposition"?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUserProviders: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_UserProviderShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createUserProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again makes nothing new */
                "Idempotency-Key"?: string | null;
            };
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserProviderNew"];
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description `true` where the same Idempotency-Key had made it before; else there is none */
                    "Idempotency-Replayed"?: string;
                    /** @description The path of what was made */
                    Location?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserProviderShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showUserProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                user_provider: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserProviderShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeUserProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                user_provider: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeUserProvider: {
        parameters: {
            query?: never;
            header: {
                "If-Match": string;
            };
            path: {
                org: number;
                user_provider: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserProviderPatch"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserProviderShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkUserProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                user_provider: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderChecked"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Part of a name, in either case of the letters A to Z. */
                q?: string;
            };
            header?: never;
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_UserShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again makes nothing new */
                "Idempotency-Key"?: string | null;
            };
            path: {
                org: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserNew"];
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    /** @description `true` where the same Idempotency-Key had made it before; else there is none */
                    "Idempotency-Replayed"?: string;
                    /** @description The path of what was made */
                    Location?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserLinked"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeUser: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that you read, or `*` */
                "If-Match": string;
            };
            path: {
                org: number;
                user: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserPatch"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unlinkUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    linkUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserLinked"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    takeTotp: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: number;
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProviderAudit: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Actions that begin like this: `member.` or `site.suspend`. */
                action?: string;
                /** @description By this actor, exactly as it is shown. */
                actor?: string;
                /** @description At this site. */
                site?: number;
                /** @description From this time on. */
                since?: string;
                /** @description Before this time. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_DeedShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportProviderAudit: {
        parameters: {
            query?: {
                /** @description Actions that begin like this: `member.` or `site.suspend`. */
                action?: string;
                /** @description By this actor, exactly as it is shown. */
                actor?: string;
                /** @description At this site. */
                site?: number;
                /** @description From this time on. */
                since?: string;
                /** @description Before this time. */
                until?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["DeedShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    verifyProviderAudit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerdictShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProviderFigures: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SurveyShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProviderKeys: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_KeyShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createProviderKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again makes nothing new */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyNew"];
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    /** @description `true` where the same Idempotency-Key had made it before; else there is none */
                    "Idempotency-Replayed"?: string;
                    /** @description The path of what was made */
                    Location?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyMade"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showProviderKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeProviderKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProviderUsers: {
        parameters: {
            query?: {
                /** @description Most items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Part of a name, in either case of the letters A to Z. */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed_UserShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createProviderUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again makes nothing new */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserNew"];
            };
        };
        responses: {
            /** @description It was made */
            201: {
                headers: {
                    /** @description `true` where the same Idempotency-Key had made it before; else there is none */
                    "Idempotency-Replayed"?: string;
                    /** @description The path of what was made */
                    Location?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserLinked"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    showProviderUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeProviderUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeProviderUser: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that you read, or `*` */
                "If-Match": string;
            };
            path: {
                user: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserPatch"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description Its version, to be sent as `If-Match` with a change */
                    ETag?: string;
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    linkProviderUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserLinked"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    takeProviderTotp: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description For browsers: what to keep, or to forget */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    finishSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CodeGiven"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description For browsers: what to keep, or to forget */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forgotPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Forgotten"];
            };
        };
        responses: {
            /** @description It is seen to */
            202: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description For browsers: what to keep, or to forget */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    leaveForProvider: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Departure"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description For browsers: what to keep, or to forget */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Destination"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    followLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkFollowed"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description For browsers: what to keep, or to forget */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    lookAtLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkGiven"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description For browsers: what to keep, or to forget */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkShown"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    askForPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description For browsers: what to keep, or to forget */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyQuestion"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signInWithPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyAnswer"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description For browsers: what to keep, or to forget */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signInWays: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WaysWanted"];
            };
        };
        responses: {
            /** @description Here it is */
            200: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description For browsers: what to keep, or to forget */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ways"];
                };
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was done */
            204: {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description For browsers: what to keep, or to forget */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request cannot be carried out; the problem says what to do */
            "4XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 429: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    /** @description With 401: `Bearer` */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not our day */
            "5XX": {
                headers: {
                    /** @description How many are left, and the seconds until there are more: `"minute";r=599;t=1` */
                    RateLimit?: string;
                    /** @description How many requests are allowed: `"minute";q=600;w=60` is 600 in 60 seconds */
                    "RateLimit-Policy"?: string;
                    /** @description With 503: after so many seconds it may be tried again */
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
