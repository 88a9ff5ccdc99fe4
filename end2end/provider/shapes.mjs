// What each provider says of a person, and how: after their public documentation, see server/src/config/preset/.

const loa3 = 'http://id.elegnamnden.se/loa/1.0/loa3';
const loa4 = 'http://id.elegnamnden.se/loa/1.0/loa4';
const eidasSubstantial = 'http://id.elegnamnden.se/loa/1.0/eidas-nf-sub';
const eidasHigh = 'http://id.elegnamnden.se/loa/1.0/eidas-nf-high';
const previous = 'https://id.oidc.se/claim/previousCoordinationNumber';

/** Numbers that Skatteverket publishes for tests, by what the providers call the people. */
export const people = {
  anna: { name: 'Anna Andersson', number: '200001012384' },
  bengt: { name: 'Bengt Bengtsson', number: '197701172392' },
  // Had a samordningsnummer before the personnummer.
  dina: { name: 'Dina Dahl', number: '200001012392', before: '197010632391' },
};

export const shapes = {
  // Everything in the ID token, RS256, no level: the claims say that it was BankID. One value of acr for each device mode.
  idura: {
    algorithm: 'RS256',
    claims: { openid: ['sub', 'ssn', 'identityscheme', 'authenticationtype', 'country', 'name'] },
    acrValues: ['urn:grn:authn:se:bankid:same-device', 'urn:grn:authn:se:bankid:another-device:qr'],
    person: ({ name, number }) => ({
      name,
      ssn: number,
      identityscheme: 'sebankid',
      authenticationtype: 'urn:grn:authn:se:bankid',
      country: 'SE',
    }),
  },
  // The number at UserInfo alone, and the means of identification in the ID token.
  signicat: {
    algorithm: 'RS256',
    onlyUserInfo: true,
    claims: { openid: ['sub', 'idp'], nin: ['nin', 'nin_type', 'nin_issuing_country'] },
    acrValues: ['idp:sbid'],
    person: ({ number }) => ({ idp: 'sbid', nin: number, nin_type: 'PERSON', nin_issuing_country: 'SE' }),
    level: { amr: ['external'] },
  },
  // The Swedish profile: ES256, level as an essential claim, signed UserInfo, and a client that proves itself by its key.
  'oidc-sweden': {
    algorithm: 'ES256',
    onlyUserInfo: true,
    claims: {
      openid: ['sub'],
      profile: ['name'],
      'https://id.oidc.se/scope/naturalPersonNumber': ['https://id.oidc.se/claim/personalIdentityNumber'],
      // No scope asks for it.
      [previous]: null,
    },
    acrValues: [loa3, loa4],
    person: ({ name, number, before }) => ({
      name,
      'https://id.oidc.se/claim/personalIdentityNumber': number,
      ...(before && { [previous]: before }),
    }),
    level: { acr: loa3 },
    client: (portal, name) => ({
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks_uri: `${portal}/sign-in/${name}/jwks`,
      userinfo_signed_response_alg: 'ES256',
    }),
  },
  // The Swedish eIDAS connector: the prid, and a Swedish number when one is bound to it; signed UserInfo. The highest
  // level is given to whoever is asked for it alone.
  eidas: {
    algorithm: 'ES256',
    claims: {
      openid: ['sub', 'https://id.swedenconnect.se/claim/prid'],
      'https://id.oidc.se/scope/naturalPersonInfo': ['name'],
      'https://id.swedenconnect.se/scope/eidasNaturalPersonIdentity': [],
      'https://id.swedenconnect.se/scope/eidasSwedishIdentity': [
        'https://id.swedenconnect.se/claim/mappedPersonalIdentityNumber',
        'https://id.swedenconnect.se/claim/identityBinding',
      ],
    },
    acrValues: [eidasSubstantial, eidasHigh],
    people: {
      kari: { name: 'Kari Nordmann', prid: 'NO:05068907693' },
      anna: { name: 'Anna Andersson', prid: 'DK:09208-2002-2-194967071622', number: '200001012384' },
    },
    person: ({ name, prid, number }) => ({
      name,
      'https://id.swedenconnect.se/claim/prid': prid,
      ...(number && {
        'https://id.swedenconnect.se/claim/mappedPersonalIdentityNumber': number,
        'https://id.swedenconnect.se/claim/identityBinding': 'http://id.swedenconnect.se/id-binding/process/swedish-eid',
      }),
    }),
    level: ({ claims }) => {
      const { values } = JSON.parse(claims).id_token.acr;
      return { acr: values.find((value) => value === eidasSubstantial) ?? eidasHigh };
    },
    client: (portal, name) => ({
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks_uri: `${portal}/sign-in/${name}/jwks`,
      userinfo_signed_response_alg: 'ES256',
    }),
  },
  // A realm of an authority's own, in a folder of its host, which signs people out everywhere.
  keycloak: {
    algorithm: 'RS256',
    path: '/realms/kommunen',
    claims: { openid: ['sub', 'personnummer', 'name'], profile: [] },
    acrValues: ['loa3'],
    extraParams: ['kc_idp_hint'],
    person: ({ name, number }) => ({ name, personnummer: number }),
    level: { acr: 'loa3' },
    client: (portal, name) => ({
      client_secret: 'the secret of these tests',
      // Keycloak says the level whether or not it was asked.
      default_acr_values: ['loa3'],
      backchannel_logout_uri: `${portal}/sign-in/${name}/back-channel-logout`,
      backchannel_logout_session_required: true,
    }),
  },
  // Directories that are an issuer each, roles of the application, and no level. When a person proved who they are is said only
  // when it is asked for.
  entra: {
    algorithm: 'RS256',
    claims: { openid: ['sub', 'tid', 'oid', 'roles', 'ver'], profile: ['name', 'preferred_username'], email: ['email'] },
    back: (name) => [`/staff/work-account/${name}/callback`, `/sign-in/${name}/callback`],
    client: () => ({ token_endpoint_auth_method: 'client_secret_post', client_secret: 'the secret of these tests' }),
    person: ({ name, object, roles, email }, tenant) => ({ tid: tenant, oid: object, ver: '2.0', name, preferred_username: email, roles }),
    tenants: {
      '11111111-2222-4333-8444-555555555555': {
        label: 'Exempelkommunen',
        people: {
          karin: {
            name: 'Karin Åkerström',
            object: 'aaaaaaaa-0000-4000-8000-000000000001',
            email: 'karin.akerstrom@exempelkommunen.example',
            roles: ['Postvalv.Admin'],
          },
          bo: {
            name: 'Bo Ek',
            object: 'aaaaaaaa-0000-4000-8000-000000000002',
            email: 'bo.ek@exempelkommunen.example',
            roles: [],
          },
          // A guest is a user of this directory, and another than at home.
          mira: {
            name: 'Mira Lund',
            object: 'aaaaaaaa-0000-4000-8000-000000000003',
            email: 'mira_grannkommunen.example#EXT#@exempelkommunen.example',
            roles: ['Postvalv.Sender'],
          },
        },
      },
      '99999999-2222-4333-8444-555555555555': {
        label: 'Grannkommunen',
        people: {
          mira: {
            name: 'Mira Lund',
            object: 'bbbbbbbb-0000-4000-8000-000000000003',
            email: 'mira@grannkommunen.example',
            roles: ['Postvalv.Admin'],
          },
        },
      },
    },
  },
};
