<?php
/**
 * What to paste where, in the providers' own words.
 *
 * @package Roster
 */

/** Short guides; the documentation has the long ones. */
final class Roster_Guides {
	/** @return array[] For each profile: the provider's name, and its steps. BASE and TOKEN stand for the two values. */
	public static function all() {
		return array(
			'entra'     => array(
				'Microsoft Entra ID',
				array(
					__( 'Enterprise applications › New application › Create your own application › Non-gallery.', 'roster' ),
					__( 'Provisioning › New configuration. Tenant URL: BASE', 'roster' ),
					__( 'Secret token: TOKEN. Do not leave it empty.', 'roster' ),
					__( 'Test connection, then Create. Assign one person under Users and groups, and try Provision on demand.', 'roster' ),
					__( 'Attribute mapping: keep userPrincipalName → userName; set objectId → externalId; keep the row of active.', 'roster' ),
				),
			),
			'okta'      => array(
				'Okta',
				array(
					__( 'Application › General › App Settings › Edit › Provisioning: SCIM.', 'roster' ),
					__( 'Provisioning › Integration. SCIM connector base URL: BASE', 'roster' ),
					__( 'Unique identifier field for users: userName. Actions: Push New Users, Push Profile Updates, Push Groups.', 'roster' ),
					__( 'Authentication Mode: HTTP Header. Authorization: TOKEN', 'roster' ),
					__( 'Test Connector Configuration, Save; then To App: Create Users, Update User Attributes, Deactivate Users.', 'roster' ),
				),
			),
			'onelogin'  => array(
				'OneLogin',
				array(
					__( 'Add App › SCIM Provisioner with SAML (SCIM v2 Enterprise).', 'roster' ),
					__( 'Configuration. SCIM Base URL: BASE', 'roster' ),
					__( 'SCIM Bearer Token: TOKEN. API Connection: Enable.', 'roster' ),
					__( 'Provisioning: Enable provisioning; when users are deleted: Suspend.', 'roster' ),
				),
			),
			'google'    => array(
				'Google Workspace',
				array(
					__( 'Apps › Web and mobile apps › your application › Auto-provisioning.', 'roster' ),
					__( 'Access token: TOKEN. Endpoint URL: BASE', 'roster' ),
					__( 'Choose the scope and the delay of deprovisioning, and switch it on.', 'roster' ),
				),
			),
			'jumpcloud' => array(
				'JumpCloud',
				array(
					__( 'SSO Applications › your application › Identity Management.', 'roster' ),
					__( 'SCIM 2.0. Base URL: BASE. Token Key: TOKEN', 'roster' ),
					__( 'Test Connection, then Activate.', 'roster' ),
				),
			),
			'generic'   => array(
				__( 'Another SCIM 2.0 client', 'roster' ),
				array(
					__( 'Base URL: BASE, without a slash at the end.', 'roster' ),
					__( 'Token: TOKEN, without the word Bearer.', 'roster' ),
					__( 'Matching attribute: userName. When people leave: deactivate rather than delete.', 'roster' ),
				),
			),
		);
	}
}
